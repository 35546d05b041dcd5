-- A load of files or of a backtest's results takes a load_id too; freshness is asked of the stream's loads only.
alter table raw.loads
  add column kind text not null default 'stream' check (kind in ('stream', 'history', 'outcomes', 'backtest'));

comment on column raw.loads.kind is 'What was loaded: decisions from the stream, or past applications, outcomes or a backtest''s results.';

-- The event's columns as raw.credit_scores has them. `history` is no topic in Kafka: the marker of what no scorer has seen.
create table raw.historical_applications (
  application_id text primary key,
  user_id text not null,
  credit_score smallint not null,
  loan_amount numeric(12, 2) not null,
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
  topic text not null default 'history' check (topic = 'history'),
  partition integer not null default 0 check (partition = 0),
  record_offset bigint not null unique,
  t_ms bigint not null,
  load_id bigint not null
);

create index historical_applications_by_load on raw.historical_applications (load_id);

comment on table raw.historical_applications is 'Past applications, for backtests and marts only; nobody decided on them here.';
comment on column raw.historical_applications.record_offset is 'A running number: rises with t_ms within a file, not over files.';
comment on column raw.historical_applications.t_ms is 'The sender''s timestamp, epoch milliseconds: the moment that windows and policies go by.';

create table raw.outcomes (
  application_id text primary key,
  booked boolean not null,
  bad boolean check (booked or not bad),
  exposure numeric(12, 2) not null check (exposure >= 0),
  matured_at timestamptz,
  load_id bigint not null
);

create index outcomes_by_load on raw.outcomes (load_id);

comment on table raw.outcomes is 'What became of an application, as the lender last said; a later file corrects an earlier one.';
comment on column raw.outcomes.bad is 'Not repaid as agreed; null where it is not known.';
comment on column raw.outcomes.matured_at is 'From then on good or bad is final; null where the loan is still open.';

create table raw.backtests (
  backtest_id uuid primary key,
  ran_at timestamptz not null,
  candidate_policy text not null,
  candidate_sha256 text not null,
  candidate_compiler_version integer not null,
  against text not null,
  against_sha256 text,
  from_ms bigint,
  to_ms bigint,
  applications bigint not null,
  historical bigint not null,
  compared bigint not null,
  held_by_exception bigint not null,
  missing_inputs jsonb not null,
  newest_t_ms bigint,
  load_id bigint not null
);

comment on table raw.backtests is 'One row a run of `scoreline backtest`.';
comment on column raw.backtests.against is '`recorded`, or the version that the candidate is compared with.';
comment on column raw.backtests.compared is 'Applications with a decision on both sides; historical ones have none of record.';
comment on column raw.backtests.held_by_exception is 'Of those compared: decided by an exception, which holds under any policy.';
comment on column raw.backtests.missing_inputs is 'By optional input of the candidate: applications that lack it.';

create table raw.backtest_cells (
  backtest_id uuid not null references raw.backtests,
  cell_number integer not null,
  risk_level text not null,
  region text,
  status_before text not null,
  status_after text not null,
  alert_before boolean not null,
  alert_after boolean not null,
  applications bigint not null,
  loan_amount numeric not null,
  booked bigint not null,
  exposure numeric not null,
  rated bigint not null,
  bad bigint not null,
  load_id bigint not null,
  primary key (backtest_id, cell_number)
);

comment on table raw.backtest_cells is 'A backtest''s compared applications, counted by what both sides say of them: every figure of a swap set is a sum over it.';
comment on column raw.backtest_cells.risk_level is 'By the side that the candidate is compared with.';
comment on column raw.backtest_cells.rated is 'Booked and matured loans of which good or bad is known.';
