-- Every reader asks for the last runs of a job. Beside metadata_table_by_job this index misled the planner: it walked back
-- through the rows of all jobs for one that had none.
drop index metadata_table_by_start;
