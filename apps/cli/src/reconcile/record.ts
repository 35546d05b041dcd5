import { randomUUID } from "node:crypto";
import { connectPostgres, type FinishedJob, recordFinishedJobs } from "@scoreline/stores/postgres";
import type { Stores } from "../init.ts";
import type { Reconciliation } from "./reconcile.ts";

/** How long the record may take, in milliseconds: the result itself waits for it. */
const recordMsMax = 10_000;

/** Every comparison is recorded under its own words; one that did not come about, under these. */
const allComparisons = "all comparisons";

/**
 * Makes a reconciliation and records it in `metadata_table`, where metrics read it: a row for each comparison with its
 * number of differences, or one with the error, which is thrown on. `onUnrecorded` is called when the record could not be
 * written; the result stands all the same.
 */
export async function recordReconciliation(
  { CREDITDB_URL }: Stores,
  reconcile: () => Promise<Reconciliation>,
  onUnrecorded: (error: unknown) => void,
): Promise<Reconciliation> {
  const startedAt = new Date();
  const record = async (outcomes: Pick<FinishedJob, "target" | "rows" | "error">[]) => {
    const sql = connectPostgres(CREDITDB_URL, { app: "scoreline-cli", connectionsMax: 1, answerMsMax: recordMsMax });
    const run = { job: "reconcile" as const, source: "kafka, creditdb, fraud_detection, dw_finance", startedAt };
    const jobs = outcomes.map((outcome) => ({ ...run, ...outcome, finishedAt: new Date() }));
    await recordFinishedJobs(sql, randomUUID(), jobs)
      .catch(onUnrecorded)
      .finally(() => sql.end({ timeout: 1 }));
  };
  try {
    const result = await reconcile();
    await record(
      result.checks.map(({ compared, differences }) => ({ target: compared, rows: differences, error: null })),
    );
    return result;
  } catch (error) {
    await record([
      { target: allComparisons, rows: null, error: error instanceof Error ? error.message : String(error) },
    ]);
    throw error;
  }
}
