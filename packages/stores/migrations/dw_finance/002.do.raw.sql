-- Each load commits its rows and its watermarks together, under one load_id; a later load has a greater one.
create table raw.loads (
  load_id bigint generated always as identity primary key,
  run_id uuid not null,
  loaded_at timestamptz not null default now()
);

comment on table raw.loads is 'One row a committed load. What was built up to a load_id has seen every row at or below it.';

create table raw.load_offsets (
  source_table text not null,
  topic text not null,
  partition integer not null,
  topic_id text not null,
  loaded_offset bigint not null,
  load_id bigint not null,
  primary key (source_table, topic, partition)
);

comment on column raw.load_offsets.loaded_offset is 'Every row of the source below it is in raw.';

-- No checks here: raw holds what the source holds, and the warehouse's tests judge it.
create table raw.credit_scores (
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
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  t_ms bigint not null,
  is_fraud boolean not null,
  fraud_rules text[] not null,
  fraud_reason text,
  risk_level text not null,
  approval_status text not null,
  reasons text[] not null,
  policy_version text not null,
  scored_at timestamptz not null,
  load_id bigint not null
);

create index credit_scores_by_load on raw.credit_scores (load_id);
create index credit_scores_by_user on raw.credit_scores (user_id);

create table raw.data_quality_issues (
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  issue_number smallint not null,
  check_type text not null,
  failed_record_id text not null,
  field text not null,
  reason text not null,
  stage text not null,
  t_ms bigint not null,
  detected_at timestamptz not null,
  load_id bigint not null,
  primary key (topic, partition, record_offset, issue_number)
);

create index data_quality_issues_by_load on raw.data_quality_issues (load_id);

create table raw.fraud_alerts (
  application_id text primary key,
  user_id text not null,
  credit_score smallint not null,
  loan_amount numeric(12, 2) not null,
  reason text not null,
  rules text[] not null,
  policy_version text not null,
  alerted_at timestamptz not null,
  status text not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  load_id bigint not null
);

create index fraud_alerts_by_load on raw.fraud_alerts (load_id);

comment on table raw.fraud_alerts is 'MongoDB fraud_detection.fraud_alerts, one row a document; application_id is its _id.';
