import { topics } from "@scoreline/contracts";
import type { Db } from "mongodb";
import type { Client } from "pg";
import { loadAlerts } from "./alerts.ts";
import { loadCatalogue } from "./catalogue.ts";
import { copyReviews, copyWindows, type StreamedTable } from "./copy.ts";
import { type LoadedOffset, placeOf, type Stream, type Window, windowsToLoad } from "./windows.ts";

/** Tables that are loaded by their place in the stream, in this order. */
const streamedTables = ["credit_scores", "processed_transactions", "data_quality_issues", "fraud_alerts"] as const;

/** Source tables in the order they are loaded. */
export const loadedTables = [...streamedTables, "policies", "policy_exceptions", "reviews"] as const;
export type LoadedTable = (typeof loadedTables)[number];

/** Rows that a load brought, by table, and alerts that it could not reach. */
export type Loaded = { rows: Record<LoadedTable, number>; alertsMissing: number };

/** The stores of a load. The Postgres connections are the load's own while it runs. */
export type LoadStores = { creditdb: Client; warehouse: Client; mongo: Db };

/**
 * Brings to `raw` what is projected and not there yet. Rows and watermarks commit in one transaction of dw_finance: a
 * process that dies at any moment has loaded all of it or nothing. Throws `SourceChangedError` and the stores' errors.
 */
export async function extractLoad(
  { creditdb, warehouse, mongo }: LoadStores,
  { runId, sweepAlerts = false }: { runId: string; sweepAlerts?: boolean },
): Promise<Loaded> {
  // First of all: every row below these offsets is committed already, so whatever is read after them is complete.
  const streams = await readStreams(creditdb);
  await warehouse.query("begin");
  try {
    const loadId = await startLoad(warehouse, runId);
    const windows = {
      credit_scores: windowsToLoad(streams, await readLoaded(warehouse, "credit_scores")),
      processed_transactions: windowsToLoad(streams, await readLoaded(warehouse, "processed_transactions")),
      data_quality_issues: windowsToLoad(streams, await readLoaded(warehouse, "data_quality_issues")),
      fraud_alerts: windowsToLoad(streams.filter(raisesAlerts), await readLoaded(warehouse, "fraud_alerts")),
    };
    const copied = (table: StreamedTable) =>
      copyWindows({ creditdb, warehouse }, { table, windows: windows[table], loadId });
    const creditScores = await copied("credit_scores");
    const transactions = await copied("processed_transactions");
    const issues = await copied("data_quality_issues");
    const alerts = await loadAlerts(mongo, warehouse, {
      windows: windows.fraud_alerts,
      starts: new Map(streams.map((stream) => [placeOf(stream), stream.startOffset])),
      loadId,
      sweep: sweepAlerts,
    });
    // After the decisions, so that whatever they were decided by is there.
    const catalogue = await loadCatalogue(mongo, warehouse, loadId);
    const reviews = await copyReviews({ creditdb, warehouse }, loadId);
    for (const table of streamedTables) await writeLoaded(warehouse, table, windows[table], loadId);
    const rows = {
      credit_scores: creditScores,
      processed_transactions: transactions,
      data_quality_issues: issues,
      fraud_alerts: alerts.rows,
      ...catalogue,
      reviews,
    };
    await analyse(warehouse, rows);
    await warehouse.query("commit");
    return { rows, alertsMissing: alerts.missing };
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await warehouse.query("rollback").catch(() => undefined);
    throw error;
  }
}

/**
 * The models read what has a greater load_id than before. Until a table is analysed, its statistics know no such row, and
 * the planner would join a million of them as if they were one.
 */
async function analyse(warehouse: Client, rows: Loaded["rows"]): Promise<void> {
  for (const table of loadedTables) if (rows[table] > 0) await warehouse.query(`analyze raw.${table}`);
}

function raisesAlerts({ topic }: Stream): boolean {
  return topic === topics.creditApplications.name || topic === topics.transactions.name;
}

async function readStreams(creditdb: Client): Promise<Stream[]> {
  const { rows } = await creditdb.query<
    Record<"topic" | "topic_id" | "start" | "projected", string> & { partition: number }
  >(
    `select topic, partition, topic_id, start_offset as start, projected_offset as projected
     from stream_offsets order by topic, partition`,
  );
  return rows.map(({ topic, partition, topic_id, start, projected }) => ({
    topic,
    partition,
    topicId: topic_id,
    startOffset: BigInt(start),
    projectedOffset: BigInt(projected),
  }));
}

async function readLoaded(warehouse: Client, table: LoadedTable): Promise<LoadedOffset[]> {
  const { rows } = await warehouse.query<Record<"topic" | "topic_id" | "loaded", string> & { partition: number }>(
    "select topic, partition, topic_id, loaded_offset as loaded from raw.load_offsets where source_table = $1",
    [table],
  );
  return rows.map(({ topic, partition, topic_id, loaded }) => ({
    topic,
    partition,
    topicId: topic_id,
    loadedOffset: BigInt(loaded),
  }));
}

async function startLoad(warehouse: Client, runId: string): Promise<bigint> {
  const { rows } = await warehouse.query<{ load_id: string }>(
    "insert into raw.loads (run_id) values ($1) returning load_id",
    [runId],
  );
  return BigInt(rows[0]?.load_id ?? 0);
}

async function writeLoaded(warehouse: Client, table: LoadedTable, windows: readonly Window[], loadId: bigint) {
  await warehouse.query(
    `insert into raw.load_offsets as loaded (
       source_table, topic, partition, topic_id, start_offset, loaded_offset, load_id)
     select $1, *, $7 from unnest($2::text[], $3::integer[], $4::text[], $5::bigint[], $6::bigint[])
     on conflict (source_table, topic, partition) do update
     set start_offset = excluded.start_offset, loaded_offset = excluded.loaded_offset, load_id = excluded.load_id
     where (loaded.start_offset, loaded.loaded_offset) is distinct from (excluded.start_offset, excluded.loaded_offset)`,
    [
      table,
      windows.map(({ topic }) => topic),
      windows.map(({ partition }) => partition),
      windows.map(({ topicId }) => topicId),
      windows.map(({ startOffset }) => startOffset.toString()),
      windows.map(({ toOffset }) => toOffset.toString()),
      loadId.toString(),
    ],
  );
}
