alter table raw.credit_scores
  add column features jsonb not null default '{}',
  add column policy_status text,
  add column reason_details jsonb not null default '[]',
  add column exception_id text;

update raw.credit_scores set policy_status = approval_status;

alter table raw.credit_scores alter column policy_status set not null;
