import type { Database } from "./connect.ts";

/**
 * The jobs that `metadata_table` knows. `dbt_build` builds and tests everything, `dbt_parity` the parity of decisions and what
 * it rests on; `dbt_model` is a model of either. `reconcile` is recorded by the command of that name.
 */
export const jobNames = [
  "load",
  "load_history",
  "load_outcomes",
  "backtest",
  "dbt_build",
  "dbt_parity",
  "dbt_model",
  "reconcile",
] as const;
export type JobName = (typeof jobNames)[number];

/** A job of a run that is over, as `metadata_table` holds it; without an `error` it succeeded. */
export type FinishedJob = {
  job: JobName;
  source: string;
  target: string;
  startedAt: Date;
  finishedAt: Date;
  rows: number | null;
  error: string | null;
};

const errorLengthMax = 2_000;

/** Records jobs of one run that are over, all or none. */
export async function recordFinishedJobs(sql: Database, runId: string, jobs: readonly FinishedJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(({ job, source, target, startedAt, finishedAt, rows, error }) => ({
    run_id: runId,
    job,
    source,
    target,
    started_at: startedAt,
    finished_at: finishedAt,
    rows,
    status: error === null ? "succeeded" : "failed",
    error: error?.slice(0, errorLengthMax) ?? null,
  }));
  await sql`insert into metadata_table ${sql(rows)}`;
}
