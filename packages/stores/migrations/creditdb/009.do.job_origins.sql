-- What a run was made by, so that a figure can be traced to the code and the policy of its day.
alter table metadata_table
  add column commit text,
  add column policy_version text;

comment on column metadata_table.commit is 'The git commit of the code that ran; null where it was not told.';
comment on column metadata_table.policy_version is 'The newest version that the warehouse held; null before the first, and of runs recorded before.';
