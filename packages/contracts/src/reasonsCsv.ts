import { reasons } from "./reasons.ts";

/**
 * The reason codes as CSV (RFC 4180), for the warehouse: code, customer wording (empty for an internal reason), whether it
 * is internal.
 */
export function reasonsCsv(): string {
  const rows = Object.entries(reasons).map(([code, { wording, internal }]) => [code, wording ?? "", String(internal)]);
  return [["reason_code", "wording", "is_internal"], ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}

function field(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
