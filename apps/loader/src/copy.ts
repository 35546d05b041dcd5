import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { Window } from "./windows.ts";

/** A table of creditdb that is copied to `raw` under the same name. */
export type CopiedTable = "credit_scores" | "data_quality_issues";

/**
 * Copies the rows of `table` that lie in `windows` from creditdb to `raw`, within the transaction that `warehouse` has
 * open. Rows flow from one COPY into the other; memory stays bounded. The columns are those that `raw` has.
 * Gives the number of rows. Throws Postgres' errors.
 */
export async function copyRows(
  source: Client,
  warehouse: Client,
  { table, windows, loadId }: { table: CopiedTable; windows: readonly Window[]; loadId: bigint },
): Promise<number> {
  const open = windows.filter(({ fromOffset, toOffset }) => fromOffset < toOffset);
  if (open.length === 0) return 0;
  const { rows } = await warehouse.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'load_id' order by attnum`,
    [`raw.${table}`],
  );
  const columns = rows.map(({ name }) => name);
  // COPY takes no parameters, hence the literals.
  const bounds = open.map(
    ({ topic, partition, fromOffset, toOffset }) =>
      `(${source.escapeLiteral(topic)}, ${partition}, ${fromOffset}::bigint, ${toOffset}::bigint)`,
  );
  const out = source.query(
    copyTo(`copy (
      select ${columns.map((name) => `recorded.${source.escapeIdentifier(name)}`).join(", ")}, ${loadId}::bigint
      from ${table} as recorded
      inner join (values ${bounds.join(", ")}) as bounds (topic, partition, from_offset, to_offset)
        on recorded.topic = bounds.topic and recorded.partition = bounds.partition
        and recorded.record_offset >= bounds.from_offset and recorded.record_offset < bounds.to_offset
    ) to stdout`),
  );
  const names = [...columns, "load_id"].map((name) => warehouse.escapeIdentifier(name));
  const into = warehouse.query(copyFrom(`copy raw.${table} (${names.join(", ")}) from stdin`));
  await pipeline(out, into);
  return into.rowCount ?? 0;
}
