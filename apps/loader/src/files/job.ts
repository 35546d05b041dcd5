import type { Database } from "@scoreline/stores/postgres";
import { describeError, type Job, recordFinishedJobs } from "../jobs.ts";

/**
 * Does `work` and records it in `metadata_table` when it is over, with the rows that it gives, or with its error, which is
 * thrown on. A process that dies before leaves no row, and nothing of its work either.
 */
export async function recordOneJob<Result>(
  sql: Database,
  { runId, ...job }: Job & { runId: string },
  work: () => Promise<{ rows: number; result: Result }>,
): Promise<Result> {
  const startedAt = new Date();
  const record = (rows: number | null, error: string | null) =>
    recordFinishedJobs(sql, runId, [{ ...job, startedAt, finishedAt: new Date(), rows, error }]);
  try {
    const { rows, result } = await work();
    await record(rows, null);
    return result;
  } catch (error) {
    // The first error is the one to report.
    await record(null, describeError(error)).catch(() => undefined);
    throw error;
  }
}
