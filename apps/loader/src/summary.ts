import { formatParity, parityOf } from "./parity.ts";
import type { RunSummary } from "./warehouse.ts";

/** A run's summary for a person, a line a step. */
export function formatSummary(summary: RunSummary): string {
  const { status, error, loaded, facts, dbt, parity, transaction_parity, seconds } = summary;
  const lines: string[] = [];
  if (loaded) {
    const tables = Object.entries(loaded).map(([table, rows]) => `${table} ${rows}`);
    lines.push(`loaded   ${tables.join(", ")} (${seconds.load.toFixed(1)} s)`);
  }
  if (dbt) {
    const tests = [`${dbt.tests_passed} tests passed`];
    if (dbt.tests_warned > 0) tests.push(`${dbt.tests_warned} warned`);
    if (dbt.tests_failed > 0) tests.push(`${dbt.tests_failed} failed`);
    if (dbt.tests_skipped > 0) tests.push(`${dbt.tests_skipped} skipped`);
    lines.push(`dbt      ${dbt.models} models, ${tests.join(", ")} (${seconds.dbt.toFixed(1)} s)`);
    for (const { name, status, message } of dbt.failures) lines.push(`  ${status}  ${name}: ${message}`);
  }
  if (facts !== null) lines.push(`facts    ${facts}`);
  if (parity !== null) lines.push(`parity   ${formatParity(parity)}`);
  if (transaction_parity !== null) lines.push(`parity   ${formatParity(transaction_parity, parityOf.transactions)}`);
  lines.push(error === null ? status : `${status}: ${error}`);
  return lines.join("\n");
}
