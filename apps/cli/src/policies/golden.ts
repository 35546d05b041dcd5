import {
  type CheckedPolicy,
  compileSql,
  compileTransactionSql,
  decideAll,
  differencesOf,
  eventRow,
  findAll,
  findingDifferences,
  policyVectors,
  transactionRow,
  transactionVectors,
} from "@scoreline/policy";
import { type Database, recompute, recomputeEvents, recomputeTransactions } from "@scoreline/stores/postgres";

/** The same events for every publication of a document, so that a refusal can be looked into. */
const seed = 1;
const goldenCount = 4_096;

/** A policy as SQL: what decides applications, and what judges card transactions. */
export type CompiledSql = { applications: string; transactions: string };

export function compileBoth(policy: CheckedPolicy): CompiledSql {
  return {
    applications: compileSql(policy, recomputeEvents),
    transactions: compileTransactionSql(policy.transactions, recomputeEvents),
  };
}

/**
 * Decides golden vectors (values at, below and above every threshold, ties, window edges, missing inputs) by both engines:
 * by the stream's and by SQL in a real Postgres. Gives how many, and a line for each on which they differ.
 */
export async function compareEngines(
  sql: Database,
  policy: CheckedPolicy,
  compiled = compileBoth(policy),
): Promise<{ decisions: number; differences: string[] }> {
  const differences = [
    ...(await compareOnApplications(sql, policy, compiled.applications)),
    ...(await compareOnTransactions(sql, policy, compiled.transactions)),
  ];
  return { decisions: 2 * goldenCount, differences };
}

async function compareOnApplications(sql: Database, policy: CheckedPolicy, select: string): Promise<string[]> {
  const events = policyVectors(policy, { seed, count: goldenCount });
  const stream = decideAll(policy, "golden", events);
  const rows = await recompute(sql, select, events.map(eventRow));
  const warehouse = new Map(rows.map((row) => [row.application_id, row]));
  return events.flatMap((event, index) => {
    const [decision, row] = [stream[index], warehouse.get(event.application.application_id)];
    const names = decision && row ? differencesOf(decision, row) : ["a decision is missing"];
    return names.length === 0 ? [] : [shown(names, { event, stream: decision, sql: row })];
  });
}

async function compareOnTransactions(sql: Database, policy: CheckedPolicy, select: string): Promise<string[]> {
  const rules = policy.transactions;
  const events = transactionVectors(rules, { seed, count: goldenCount });
  const stream = findAll(rules, "golden", events);
  const rows = await recomputeTransactions(sql, select, events.map(transactionRow));
  const warehouse = new Map(rows.map((row) => [row.transaction_id, row]));
  return events.flatMap((event, index) => {
    const [finding, row] = [stream[index], warehouse.get(event.transaction.transaction_id)];
    const names = finding && row ? findingDifferences(finding, row) : ["a finding is missing"];
    return names.length === 0 ? [] : [shown(names, { event, stream: finding, sql: row })];
  });
}

function shown(names: readonly string[], sides: Record<string, unknown>): string {
  return `${names.join(", ")}: ${JSON.stringify(sides)}`;
}
