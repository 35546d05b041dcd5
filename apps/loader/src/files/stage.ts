import type { Client } from "pg";
import { takeWarehouse } from "../lock.ts";

/** Rows sent by one statement. */
const batchRowsMax = 5_000;

/**
 * Writes rows, each as JSON by column, to the temporary table `table`; the table's own types read them. Gives how many.
 * Nothing is locked meanwhile, however slowly they come.
 */
export async function stageRows(
  warehouse: Client,
  table: string,
  rows: AsyncIterable<Record<string, unknown>>,
): Promise<number> {
  let staged = 0;
  let batch: Record<string, unknown>[] = [];
  const flush = async () => {
    await warehouse.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
      JSON.stringify(batch),
    ]);
    staged += batch.length;
    batch = [];
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= batchRowsMax) await flush();
  }
  if (batch.length > 0) await flush();
  await warehouse.query(`analyze ${table}`);
  return staged;
}

/**
 * Commits what `work` writes under a new load_id, when no other run has the warehouse: a load_id that is seen is seen with
 * all of its rows. Holds the warehouse until the connection ends. Throws `WarehouseBusyError` and Postgres' errors.
 */
export async function commitLoad<Result>(
  warehouse: Client,
  {
    runId,
    kind,
    onNotice,
  }: { runId: string; kind: "history" | "outcomes" | "backtest"; onNotice: (text: string) => void },
  work: (loadId: string) => Promise<Result>,
): Promise<Result> {
  await takeWarehouse(warehouse, () => onNotice("another run is under way; waiting for it to end"));
  await warehouse.query("begin");
  try {
    const { rows } = await warehouse.query<{ load_id: string }>(
      "insert into raw.loads (run_id, kind) values ($1, $2) returning load_id",
      [runId, kind],
    );
    const result = await work(rows[0]?.load_id ?? "0");
    await warehouse.query("commit");
    return result;
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await warehouse.query("rollback").catch(() => undefined);
    throw error;
  }
}
