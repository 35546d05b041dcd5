-- One row an application: the event as recorded, with its place in the stream and the broker's time, and the decision.
create table credit_scores (
  application_id text primary key,
  user_id text not null,
  credit_score smallint not null check (credit_score between 300 and 850),
  loan_amount numeric(12, 2) not null check (loan_amount > 0),
  submitted_at timestamptz not null,
  applicant_name text,
  applicant_age smallint,
  applicant_gender text,
  applicant_region text,
  device_id text,
  score_model text,
  score_date date,
  score_key_factors text[],
  attributes jsonb,
  consent_automated_decision boolean,
  consent_analytics boolean,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  t_ms bigint not null,
  is_fraud boolean not null,
  fraud_rules text[] not null,
  fraud_reason text,
  risk_level text not null check (risk_level in ('Low', 'Medium', 'High')),
  approval_status text not null check (approval_status in ('Approved', 'Rejected', 'Under Review')),
  reasons text[] not null,
  policy_version text not null,
  scored_at timestamptz not null default now(),
  unique (topic, partition, record_offset)
);

comment on table credit_scores is 'One row an application: the canonical event with its stream coordinates, and the decision of record.';
comment on column credit_scores.submitted_at is 'The sender''s timestamp.';
comment on column credit_scores.t_ms is 'The broker''s time (LogAppendTime), epoch milliseconds, never falling within a partition.';

-- A record that breaks its contract, byte for byte: what the dead letter is projected from and a redrive reads.
create table failed_records (
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  t_ms bigint not null,
  record_key bytea,
  record_value bytea,
  primary key (topic, partition, record_offset)
);

comment on table failed_records is 'The raw bytes of each record that could not be scored, by its stream coordinates.';

-- One row for each check that a record fails. A record refused over HTTP comes here by way of the dead letters.
create table data_quality_issues (
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  issue_number smallint not null,
  check_type text not null,
  failed_record_id text not null,
  field text not null,
  reason text not null,
  stage text not null check (stage in ('ingest', 'scorer')),
  t_ms bigint not null,
  detected_at timestamptz not null default now(),
  primary key (topic, partition, record_offset, issue_number)
);

create index data_quality_issues_by_check on data_quality_issues (check_type);

comment on table data_quality_issues is 'One row for each check that a record failed, by its stream coordinates.';
comment on column data_quality_issues.failed_record_id is 'The application_id where it can be read, else topic/partition/offset.';
comment on column data_quality_issues.field is 'JSON pointer (RFC 6901) of the failing field; empty for the whole record.';
