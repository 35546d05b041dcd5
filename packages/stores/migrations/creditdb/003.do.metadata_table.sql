-- One row for each run of a job: what the loader and dbt did, and how it ended.
create table metadata_table (
  run_id uuid not null,
  job text not null,
  source text not null,
  target text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  rows bigint,
  status text not null check (status in ('running', 'succeeded', 'failed')),
  error text,
  primary key (run_id, job, target)
);

create index metadata_table_by_start on metadata_table (started_at);
