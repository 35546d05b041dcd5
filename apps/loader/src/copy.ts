import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Window } from "./windows.ts";

/** A table of creditdb whose rows are copied by their place in the stream. */
export type StreamedTable = "credit_scores" | "processed_transactions" | "data_quality_issues";

/** The Postgres connections of a load: rows flow from one COPY into the other, and memory stays bounded. */
export type Connections = { creditdb: Client; warehouse: Client };

/**
 * Copies the rows of `table` that lie in `windows` from creditdb to `raw`, within the transaction that `warehouse` has
 * open. Gives the number of rows. Throws Postgres' errors.
 */
export async function copyWindows(
  connections: Connections,
  { table, windows, loadId }: { table: StreamedTable; windows: readonly Window[]; loadId: bigint },
): Promise<number> {
  const open = windows.filter(({ fromOffset, toOffset }) => fromOffset < toOffset);
  if (open.length === 0) return 0;
  // COPY takes no parameters, hence the literals.
  const bounds = open.map(
    ({ topic, partition, fromOffset, toOffset }) =>
      `(${connections.creditdb.escapeLiteral(topic)}, ${partition}, ${fromOffset}::bigint, ${toOffset}::bigint)`,
  );
  return copyRows(connections, {
    table,
    loadId,
    condition: `inner join (values ${bounds.join(", ")}) as bounds (topic, partition, from_offset, to_offset)
      on recorded.topic = bounds.topic and recorded.partition = bounds.partition
      and recorded.record_offset >= bounds.from_offset and recorded.record_offset < bounds.to_offset`,
  });
}

/**
 * Copies the reviews that are not there yet, as `copyWindows` does. Their numbers rise in the order of commits, so that
 * none is missed below the last one.
 */
export async function copyReviews(connections: Connections, loadId: bigint): Promise<number> {
  const { rows } = await connections.warehouse.query<{ last: string }>(
    "select coalesce(max(change_id), 0) as last from raw.reviews",
  );
  const condition = `where recorded.change_id > ${BigInt(rows[0]?.last ?? 0)}`;
  return copyRows(connections, { table: "reviews", loadId, condition });
}

/** The columns are those that `raw` has. */
async function copyRows(
  { creditdb, warehouse }: Connections,
  { table, condition, loadId }: { table: StreamedTable | "reviews"; condition: string; loadId: bigint },
): Promise<number> {
  const { rows } = await warehouse.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'load_id' order by attnum`,
    [`raw.${table}`],
  );
  const columns = rows.map(({ name }) => name);
  const out = creditdb.query(
    copyTo(`copy (
      select ${columns.map((name) => `recorded.${creditdb.escapeIdentifier(name)}`).join(", ")}, ${loadId}::bigint
      from ${table} as recorded ${condition}
    ) to stdout`),
  );
  const names = [...columns, "load_id"].map((name) => warehouse.escapeIdentifier(name));
  const into = warehouse.query(copyFrom(`copy raw.${table} (${names.join(", ")}) from stdin`));
  await pipeline(out, into);
  return into.rowCount ?? 0;
}
