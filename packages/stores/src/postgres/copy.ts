import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TransactionSql } from "./connect.ts";

/** A value of a COPY row. A `Buffer` is `bytea`, an array `text[]`, an object `jsonb`. */
export type CopyValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Buffer
  | string[]
  | Record<string, unknown>
  | null
  | undefined;

/** Writes rows into a table by COPY (text format), in the order of `columns`. Both names are ours, never a client's. */
export async function copyInto(
  tx: TransactionSql<{ bigint: bigint }>,
  table: string,
  columns: readonly string[],
  rows: readonly CopyValue[][],
) {
  if (rows.length === 0) return;
  const stream = await tx.unsafe(`copy ${table} (${columns.join(", ")}) from stdin`).writable();
  await pipeline(Readable.from(chunksOf(rows)), stream);
}

const rowsPerChunk = 500;

function* chunksOf(rows: readonly CopyValue[][]): Generator<string> {
  for (let start = 0; start < rows.length; start += rowsPerChunk) {
    yield rows
      .slice(start, start + rowsPerChunk)
      .map((row) => `${row.map(encode).join("\t")}\n`)
      .join("");
  }
}

/** PostgreSQL manual, COPY, "Text Format": backslash, newline, carriage return and tab are escaped; `\N` is null. */
function encode(value: CopyValue): string {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "string") return escapeText(value);
  if (typeof value !== "object") return typeof value === "boolean" ? (value ? "t" : "f") : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString("hex")}`;
  if (Array.isArray(value)) return escapeText(`{${value.map(quoteElement).join(",")}}`);
  return escapeText(JSON.stringify(value));
}

const special = /[\\\n\r\t]/g;
const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeText(value: string): string {
  return value.replace(special, (character) => escapes[character] ?? character);
}

/** PostgreSQL manual, 8.15.2: inside quotes an array element escapes the backslash and the quote. */
function quoteElement(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}
