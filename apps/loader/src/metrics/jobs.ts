import { type Database, type JobName, jobNames } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";
import { figuresOf, type Run } from "./jobFigures.ts";
import type { Reading } from "./readings.ts";

/** Rows of a job that are read, the newest first: a build has one for each of some fifty models, a load has seven. */
const rowsMax = 1_000;
/** Runs of a job that are read: enough to find twenty good ones among some that failed. */
const runsMax = 60;

/** They are there before their first run, so that an alert on a failure needs no earlier success. */
const mainJobs: readonly JobName[] = ["load", "dbt_build"];

/** Jobs that are recorded when they begin; the others when they are over, so that nobody knows whether one is under way. */
const begunJobs: readonly JobName[] = ["load", "dbt_build", "dbt_parity"];

/**
 * What `metadata_table` says of the jobs and of the last reconciliation. A job that never ran has no series, the main ones
 * apart. `dbt_model` has no baseline: its runs are those of `dbt_build` and `dbt_parity`, which have one each. Moved rows are
 * told of no reconciliation: its rows are differences. Reads the last runs by an index, however many there were.
 */
export function jobsReading(metrics: Metrics, sql: Database): Reading {
  return {
    name: "jobs",
    read: async () => {
      const runs = await readRuns(sql);
      const totals = await readTotals(sql);
      const targets = await readTargets(sql);
      const differences = await readReconciliation(sql);
      for (const job of jobNames) {
        tellRuns(
          metrics,
          job,
          runs.filter((run) => run.job === job),
        );
      }
      for (const { job, failures, last_success_s } of totals) {
        if (failures > 0 || last_success_s !== null || mainJobs.includes(job)) {
          metrics.gauge("jobFailures").set({ job }, failures);
        }
        if (last_success_s !== null) metrics.gauge("jobLastSuccess").set({ job }, last_success_s);
      }
      metrics.gauge("jobRows").reset();
      for (const { job, target, rows } of targets) metrics.gauge("jobRows").set({ job, target }, rows);
      metrics.gauge("reconciliationDifferences").reset();
      for (const { comparison, differences: found } of differences) {
        metrics.gauge("reconciliationDifferences").set({ comparison }, found);
      }
    },
  };
}

function tellRuns(metrics: Metrics, job: JobName, runs: readonly Run[]): void {
  if (runs.length === 0 && !mainJobs.includes(job)) return;
  const { endedS, failed = false, seconds, baselineSeconds, runningSeconds } = figuresOf(runs);
  metrics.gauge("jobLastRunFailed").set({ job }, Number(failed));
  if (begunJobs.includes(job)) metrics.gauge("jobRunning").set({ job }, runningSeconds);
  if (endedS !== undefined) metrics.gauge("jobLastRun").set({ job }, endedS);
  if (seconds !== undefined) metrics.gauge("jobDuration").set({ job }, seconds);
  if (baselineSeconds !== undefined && job !== "dbt_model") {
    metrics.gauge("jobDurationBaseline").set({ job }, baselineSeconds);
  }
}

async function readRuns(sql: Database): Promise<Run[]> {
  const rows = await sql<Run[]>`
    with runs as (
      select name.job, recent.run_id,
        case when bool_and(finished_at is not null) then max(finished_at) end as ended_at,
        min(started_at) as started_at, bool_or(status = 'failed') as failed,
        row_number() over (partition by name.job order by min(started_at) desc) as age
      from ${recentRows(sql)}
      group by name.job, recent.run_id
    )
    select job, failed, extract(epoch from ended_at)::float8 as "endedS",
      extract(epoch from coalesce(ended_at, now()) - started_at)::float8 as seconds
    from runs where age <= ${runsMax}`;
  return [...rows];
}

/** The newest rows of each job, as `name.job` and `recent`. */
function recentRows(sql: Database) {
  return sql`unnest(${[...jobNames]}::text[]) as name (job) cross join lateral (
    select run_id, target, rows, status, started_at, finished_at from metadata_table
    where metadata_table.job = name.job order by metadata_table.started_at desc limit ${rowsMax}
  ) as recent`;
}

type Totals = { job: JobName; failures: number; last_success_s: number | null };

/** A run's success may lie back further than the newest rows. */
async function readTotals(sql: Database): Promise<Totals[]> {
  const rows = await sql<Totals[]>`
    select job,
      (select count(distinct run_id)::integer from metadata_table as failed
        where failed.job = name.job and failed.status = 'failed') as failures,
      (select extract(epoch from max(finished_at))::float8 from metadata_table as good
        where good.job = name.job and good.run_id = (
          select run_id from metadata_table as newest
          where newest.job = name.job and newest.status = 'succeeded' and (
            select bool_and(status = 'succeeded') from metadata_table as fellow
            where fellow.run_id = newest.run_id and fellow.job = name.job)
          order by newest.started_at desc limit 1)) as last_success_s
    from unnest(${[...jobNames]}::text[]) as name (job)`;
  return [...rows];
}

async function readTargets(sql: Database): Promise<{ job: string; target: string; rows: number }[]> {
  const rows = await sql<{ job: string; target: string; rows: number }[]>`
    select distinct on (name.job, target) name.job, target, rows::float8 as rows
    from ${recentRows(sql)}
    where name.job <> 'reconcile' and status = 'succeeded' and rows is not null
    order by name.job, target, finished_at desc`;
  return [...rows];
}

/** One that was broken off has no row that succeeded, and the one before it still counts. */
async function readReconciliation(sql: Database): Promise<{ comparison: string; differences: number }[]> {
  const rows = await sql<{ comparison: string; differences: number }[]>`
    select target as comparison, rows::float8 as differences from metadata_table
    where job = 'reconcile' and status = 'succeeded' and run_id = (
      select run_id from metadata_table where job = 'reconcile' and status = 'succeeded'
      order by started_at desc limit 1)`;
  return [...rows];
}
