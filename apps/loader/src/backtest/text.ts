/** Rows in columns: the first one to the left, the others to the right. */
export function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A share of 1, or `unknown`. */
export function percent(share: number | null): string {
  return share === null ? "unknown" : `${(share * 100).toFixed(2)} %`;
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** `1234567.50` with its thousands apart. */
export function money(decimal: string): string {
  return decimal.replace(/\B(?=(\d{3})+\.)/g, ",");
}
