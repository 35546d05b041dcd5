-- What a failing or warning test of the warehouse found, a bounded number of records a test.
create table raw.test_failures (
  test text not null,
  record_id text not null,
  reason text not null,
  check_type text not null,
  severity text not null check (severity in ('warn', 'error')),
  model text not null,
  field text not null,
  failures bigint not null,
  run_id uuid not null,
  found_at timestamptz not null,
  primary key (test, record_id, reason)
);

create index test_failures_by_run on raw.test_failures (run_id);

comment on table raw.test_failures is 'One row a record that a test of the warehouse found, by test and reason. A later run that finds it again sets run_id.';
comment on column raw.test_failures.check_type is 'The generic test''s kind, such as not_null, else the test''s own name.';
comment on column raw.test_failures.failures is 'All that the test found in that run; only some of it is kept here.';
comment on column raw.test_failures.found_at is 'When it was found first.';
