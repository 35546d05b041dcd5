-- No checks here, as with raw.credit_scores.
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
-- The events that a window reads: one user's, back from a time.
create index processed_transactions_by_user on raw.processed_transactions (user_id, t_ms);

comment on table raw.processed_transactions is 'creditdb.processed_transactions: one row a card transaction, its sender''s labels and what the policy found.';

-- An alert is on an application or on a card transaction; `alert_id` is its _id in MongoDB.
alter table raw.fraud_alerts
  add column alert_id text,
  add column kind text not null default 'application' check (kind in ('application', 'transaction')),
  add column transaction_id uuid,
  add column amount numeric(12, 2),
  add column location text,
  add column merchant text;

update raw.fraud_alerts set alert_id = application_id;

alter table raw.fraud_alerts
  drop constraint fraud_alerts_pkey,
  alter column alert_id set not null,
  alter column kind drop default,
  alter column application_id drop not null,
  alter column loan_amount drop not null,
  add primary key (alert_id),
  add unique (application_id),
  add unique (transaction_id),
  add check ((kind = 'application') = (application_id is not null)),
  add check ((kind = 'transaction') = (transaction_id is not null));

comment on table raw.fraud_alerts is 'MongoDB fraud_detection.fraud_alerts, one row a document; alert_id is its _id.';
