-- What other engines' benchmarks write of an application, keyed as theirs is.
create table narrow_scores (
  application_id integer primary key,
  user_id integer not null,
  credit_score integer not null,
  loan_amount double precision not null,
  risk_level text not null,
  "timestamp" timestamptz not null
);
