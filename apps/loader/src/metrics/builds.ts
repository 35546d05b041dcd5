import type { Database } from "@scoreline/stores/postgres";

/** Builds that are looked back on. */
const buildsMax = 50;

/** The last whole build that has ended, and the builds of parity alone that ended after it, as run_ids, the newest first. */
export async function endedBuilds(jobs: Database): Promise<string[]> {
  const builds = await jobs<{ run_id: string }[]>`
    with whole as (
      select run_id, started_at from metadata_table
      where job = 'dbt_build' and status <> 'running' order by started_at desc limit 1
    ),
    partial as (
      select run_id, started_at from metadata_table
      where job = 'dbt_parity' and status <> 'running'
        and started_at > coalesce((select started_at from whole), '-infinity')
      order by started_at desc limit ${buildsMax}
    )
    select run_id from (select * from whole union all select * from partial) as ended order by started_at desc`;
  return builds.map(({ run_id }) => run_id);
}

/** Whole builds that succeeded, as run_ids, the newest first: the marts hold what their runs loaded, and its tests passed. */
export async function goodBuilds(jobs: Database): Promise<string[]> {
  const builds = await jobs<{ run_id: string }[]>`
    select run_id from metadata_table
    where job = 'dbt_build' and status = 'succeeded' order by started_at desc limit ${buildsMax}`;
  return builds.map(({ run_id }) => run_id);
}
