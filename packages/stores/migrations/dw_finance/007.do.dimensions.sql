-- What a published version compares with what: one row a constant, as the loader reads it from the verified document.
create table raw.policy_thresholds (
  version text not null references raw.policies,
  number integer not null,
  stream text not null,
  section text not null,
  clause text not null,
  outcome text not null,
  input text not null,
  operator text not null,
  threshold text not null,
  threshold_value numeric,
  expression text not null,
  primary key (version, number)
);

comment on table raw.policy_thresholds is 'The constants that the clauses of a policy version compare with, numbered in the document''s order.';
comment on column raw.policy_thresholds.threshold is 'In major units, as the policy''s language writes it.';
comment on column raw.policy_thresholds.threshold_value is 'Null where the threshold is no number.';

-- An exception's decisions are few among many.
create index credit_scores_by_exception on raw.credit_scores (exception_id) where exception_id is not null;

-- They gain columns without nulls and keys, which dbt declares as it makes a table and never adds; every row comes back from raw.
drop table if exists
  marts.fact_loan_application,
  marts.fact_historical_application,
  marts.dim_user,
  marts.dim_policy,
  marts.dim_time;

-- A view of marts.fact_data_quality_issue from now on: one copy of the rows.
drop table if exists quality.data_quality_issues;
