-- The policy catalogue as MongoDB publishes it. It only ever grows: the loader refuses one that has changed.
create table raw.policies (
  version text primary key,
  policy text not null,
  number integer not null,
  yaml text not null,
  sha256 text not null,
  compiler_version integer not null,
  effective_from_ms bigint not null,
  published_at_ms bigint not null,
  published_by text not null,
  note text not null,
  load_id bigint not null
);

comment on table raw.policies is 'MongoDB fraud_detection.policies, one row a published version; a version is immutable.';
comment on column raw.policies.yaml is 'The document, byte for byte: what both engines are compiled from.';
comment on column raw.policies.effective_from_ms is 'In force for broker times from here to the next one''s, epoch milliseconds.';

create table raw.policy_exceptions (
  exception_id text primary key,
  application_id text,
  user_id text,
  status text,
  effective_from_ms bigint not null,
  expires_at_ms bigint,
  revokes text,
  reason text not null,
  approved_by text not null,
  created_at_ms bigint not null,
  load_id bigint not null
);

comment on table raw.policy_exceptions is 'MongoDB fraud_detection.policy_exceptions: grants and revocations, append-only.';
comment on column raw.policy_exceptions.revokes is 'On a revocation: the grant that it ends.';

create table raw.reviews (
  application_id text primary key,
  status text not null,
  reviewed_by text not null,
  reason text not null,
  reviewed_at timestamptz not null,
  change_id bigint not null unique,
  load_id bigint not null
);

create index reviews_by_load on raw.reviews (load_id);

comment on table raw.reviews is 'creditdb.reviews: how a person ended a decision that was Under Review. Loaded by its change sequence.';

-- The events that a window reads: one user's, back from a time.
drop index raw.credit_scores_by_user;
create index credit_scores_by_user on raw.credit_scores (user_id, t_ms);

-- It gains columns with keys, which dbt declares as it makes a table and never adds; every row comes back from raw.
drop table if exists marts.fact_loan_application;
