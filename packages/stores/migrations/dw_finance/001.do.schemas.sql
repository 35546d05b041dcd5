-- One schema a layer. `raw` is the loader's; the others are written by dbt only. Readers see `marts` and `quality`.
create schema raw;
create schema staging;
create schema intermediate;
create schema marts;
create schema quality;

comment on schema raw is 'Rows as the loader took them from creditdb and MongoDB.';
comment on schema staging is 'dbt: one view a source, renamed and typed.';
comment on schema intermediate is 'dbt: joins and consolidations that marts are built from.';
comment on schema marts is 'dbt: the star schema that dashboards read.';
comment on schema quality is 'dbt: what failed its checks, for those who watch data quality.';

-- A role belongs to the whole cluster: another database, or another process at this moment, may have made it.
do $$
begin
  if not exists (select from pg_roles where rolname = 'bi_reader') then
    create role bi_reader nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'the role bi_reader is missing and this user may not create it; have an administrator run: create role bi_reader nologin';
end
$$;

grant usage on schema marts, quality to bi_reader;
