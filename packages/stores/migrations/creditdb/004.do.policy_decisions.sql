-- What a decision rests on: the windows and points it saw, what the policy alone said, and each reason with its threshold.
alter table credit_scores
  add column features jsonb not null default '{}',
  add column policy_status text,
  add column reason_details jsonb not null default '[]',
  add column exception_id text;

update credit_scores set policy_status = approval_status;

alter table credit_scores
  alter column policy_status set not null,
  add check (policy_status in ('Approved', 'Rejected', 'Under Review'));

comment on column credit_scores.features is 'By name: each window''s value in major units, and the scorecard''s total.';
comment on column credit_scores.policy_status is 'What the policy said before an exception; approval_status is the decision of record.';
comment on column credit_scores.reason_details is 'Each reason in rank order: code, literal, clause, inputs with value, threshold, counterfactual.';
comment on column credit_scores.exception_id is 'The policy exception that made approval_status, if one did.';
