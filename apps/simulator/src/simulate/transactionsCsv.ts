import type { WireTransaction } from "./transactions.ts";

/** The columns of transactions.csv, in their order. */
export const csvColumns = [
  "transaction_id",
  "user_id",
  "amount",
  "timestamp",
  "location",
  "merchant",
  "card_type",
  "device_id",
  "credit_score",
  "risk_level",
  "is_fraud",
] as const satisfies readonly (keyof WireTransaction)[];

/** A transaction, as the JSON of its wire form, as a row; a field that it lacks is an empty cell. */
export function csvRowOf(line: string): string {
  const fields = JSON.parse(line) as Partial<Record<string, unknown>>;
  return csvColumns.map((name) => csvCell(String(fields[name] ?? ""))).join(",");
}

/** RFC 4180, section 2: a cell with a comma, a quote or a line end is quoted, and its quotes are doubled. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
