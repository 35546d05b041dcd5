-- Metrics read the last runs of each job every few seconds, whatever the table has grown to.
create index metadata_table_by_job on metadata_table (job, started_at desc);
create index metadata_table_failed on metadata_table (job, run_id) where status = 'failed';
-- Every reader asks for the last runs of a job. Beside metadata_table_by_job this index misled the planner: it walked back
-- through the rows of all jobs for one that had none.
drop index metadata_table_by_start;
