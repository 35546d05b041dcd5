-- One row a card transaction: the event as recorded, with its place in the stream and the broker's time, and what was found.
create table processed_transactions (
  transaction_id uuid primary key,
  user_id text not null,
  amount numeric(12, 2) not null check (amount > 0),
  "timestamp" timestamptz not null,
  location text not null,
  merchant text not null,
  card_type text not null check (card_type in ('VISA', 'MASTERCARD', 'AMEX')),
  device_id text not null,
  credit_score smallint not null check (credit_score between 300 and 850),
  risk_level text check (risk_level in ('Low', 'Medium', 'High')),
  is_fraud boolean,
  flagged boolean not null,
  fraud_rules text[] not null,
  fraud_reason text,
  features jsonb not null,
  policy_version text not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  t_ms bigint not null,
  scored_at timestamptz not null default now(),
  unique (topic, partition, record_offset),
  check (flagged = (fraud_rules <> '{}'))
);

comment on table processed_transactions is 'One row a card transaction: the canonical event with its stream coordinates, and what the policy found in it.';
comment on column processed_transactions."timestamp" is 'The sender''s timestamp.';
comment on column processed_transactions.risk_level is 'The sender''s own label; no policy reads it.';
comment on column processed_transactions.is_fraud is 'The sender''s own label; no policy reads it.';
comment on column processed_transactions.flagged is 'Whether a fraud clause of the policy held: our finding.';
comment on column processed_transactions.features is 'By name: each window''s value in major units.';
comment on column processed_transactions.t_ms is 'The broker''s time (LogAppendTime), epoch milliseconds, never falling within a partition.';

-- How far committed rows are projected by those that hold nobody back.
create table projection_cursors (
  projection text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  updated_at timestamptz not null default now(),
  primary key (projection, topic, partition)
);

comment on table projection_cursors is 'One row a projection and partition that goes its own pace; stream_offsets has what the others have reached.';
comment on column projection_cursors.next_offset is 'Everything below it has been acknowledged.';
