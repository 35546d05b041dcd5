import { count, instant } from "../terminal.ts";
import { type Check, placeOf } from "./check.ts";
import type { Reconciliation, Standing } from "./reconcile.ts";

/** A reconciliation for a person: where the partitions stand, a line a check, and what differs with its remedy. */
export function formatReconciliation({ at, partitions, lag, checks, differences }: Reconciliation): string {
  const standings = grid([
    ["partition", "low", "high", "first", "next", "projected", "loaded", "lag"],
    ...partitions.map(standingRow),
  ]);
  const results = grid([["compared", "left", "right", "differ", "status"], ...checks.map(checkRow)]);
  const details = checks.flatMap(detailLines);
  const verdict = differences === 0 ? "the stores agree" : `${count(differences)} differences`;
  return [
    `Reconciled at ${instant(at.getTime())}: ${verdict}`,
    "",
    ...standings,
    `  on their way (no difference): ${count(lag.unsettled)} not settled, ${count(lag.unprojected)} not projected, ${count(lag.unloaded)} not loaded`,
    "",
    ...results,
    ...(details.length > 0 ? ["", ...details] : []),
  ].join("\n");
}

function standingRow(standing: Standing): string[] {
  const { low, high, start, next, projected, loaded } = standing;
  const figures = [low, high, start, next, projected].map((offset) => count(Number(offset)));
  const lag = count(Math.max(0, Number(high - next)));
  return [placeOf(standing), ...figures, loaded === undefined ? "-" : count(Number(loaded)), lag];
}

function checkRow({ compared, left, right, differences }: Check): string[] {
  return [compared, count(left), count(right), count(differences), differences === 0 ? "equal" : "DIFFERS"];
}

function detailLines({ compared, differences, examples, remedy, notes }: Check): string[] {
  const noted = notes.map((note) => `  ${compared}: ${note}`);
  if (differences === 0) return noted;
  const unnamed = differences - examples.length;
  return [
    ...noted,
    `  ${compared}: ${count(differences)} ${differences === 1 ? "difference" : "differences"}`,
    ...examples.map(({ at, what }) => `    ${at} ${what}`),
    ...(unnamed > 0 ? [`    … and more; see --examples`] : []),
    `    ${remedy}`,
  ];
}

/** Rows under a heading, the first column to the left and figures to the right. */
function grid(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`,
  );
}
