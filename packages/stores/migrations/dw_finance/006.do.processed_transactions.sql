-- The columns of creditdb.processed_transactions, whose checks have held by then.
create table raw.processed_transactions (
  transaction_id uuid primary key,
  user_id text not null,
  amount numeric(12, 2) not null,
  "timestamp" timestamptz not null,
  location text not null,
  merchant text not null,
  card_type text not null,
  device_id text not null,
  credit_score smallint not null,
  risk_level text,
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
  scored_at timestamptz not null,
  load_id bigint not null
);

create index processed_transactions_by_load on raw.processed_transactions (load_id);
create index processed_transactions_by_user on raw.processed_transactions (user_id, t_ms);
