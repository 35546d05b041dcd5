import type { TransactionSql } from "./connect.ts";

/** A row as JSON, by column; the table's own types read it (`text[]` from an array, `jsonb` from an object). Absent is null. */
export type Row = Record<string, string | number | boolean | string[] | object | null | undefined>;

/**
 * Inserts rows in their order, in one statement. Every row has the same columns; `table` is ours, never a client's.
 * Throws Postgres' error when a row is refused. (COPY would be quicker, but the driver's COPY stream never settles when
 * the server refuses a row.)
 */
export async function insertRows(
  tx: TransactionSql<{ bigint: bigint }>,
  table: string,
  rows: readonly Row[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = tx(Object.keys(first));
  await tx`
    insert into ${tx(table)} (${columns})
    select ${columns} from json_populate_recordset(null::${tx(table)}, ${JSON.stringify(rows)}::text::json)`;
}

/** Bytes in the hex form that `bytea` reads (PostgreSQL manual, 8.4.1). */
export function byteaOf(bytes: Buffer | null): string | null {
  return bytes && `\\x${bytes.toString("hex")}`;
}
