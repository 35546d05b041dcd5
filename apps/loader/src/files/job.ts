import { type Database, recordFinishedJobs } from "@scoreline/stores/postgres";
import type { Client } from "pg";
import { describeError, type Job, recordOrigin } from "../jobs.ts";

type OneJob = Job & { runId: string; commit: string | null };

/**
 * Does `work` and records it in `metadata_table` when it is over, with the rows that it gives, or with its error, which is
 * thrown on. A process that dies before leaves no row, and nothing of its work either.
 */
export async function recordOneJob<Result>(
  sql: Database,
  warehouse: Client,
  { runId, commit, ...job }: OneJob,
  work: () => Promise<{ rows: number; result: Result }>,
): Promise<Result> {
  const startedAt = new Date();
  const record = async (rows: number | null, error: string | null) => {
    await recordFinishedJobs(sql, runId, [{ ...job, startedAt, finishedAt: new Date(), rows, error }]);
    await recordOrigin(sql, warehouse, { runId, commit });
  };
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
