import type { Database } from "./connect.ts";

/** A job of a run that is over, as `metadata_table` holds it; without an `error` it succeeded. */
export type FinishedJob = {
  job: string;
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
