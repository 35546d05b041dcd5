import type {
  CheckedPolicy,
  Decision,
  Finding,
  FraudRules,
  PolicyEvent,
  SqlDecision,
  SqlFinding,
  TransactionEvent,
} from "@scoreline/policy";
import {
  checkPolicy,
  compileSql,
  compileTransactionSql,
  decideAll,
  differencesOf,
  eventRow,
  findAll,
  findingDifferences,
  formatProblem,
  transactionRow,
} from "@scoreline/policy";
import { type Database, recompute, recomputeEvents, recomputeTransactions } from "@scoreline/stores/postgres";

/** Both engines, as the policy package has them or with a mutation in them. */
export type Engines = { readonly decideAll: typeof decideAll; readonly compileSql: typeof compileSql };

export const engines: Engines = { decideAll, compileSql };

/** An event that the engines decide on differently. */
export type Difference = {
  readonly fields: readonly string[];
  readonly event: PolicyEvent | TransactionEvent;
  readonly javascript: Decision | Finding;
  readonly sql: SqlDecision | SqlFinding | undefined;
};

type StreamEvent = PolicyEvent & { readonly inScope?: boolean };

/** Decides events in JavaScript and in Postgres. Events out of scope only warm the windows. */
export async function compareEngines(
  database: Database,
  policy: CheckedPolicy,
  events: readonly StreamEvent[],
  { decideAll, compileSql }: Engines = engines,
): Promise<Difference[]> {
  const decisions = decideAll(policy, "policy@1", events);
  // The last first: what order a table gives its rows in must not matter.
  const rows = events.map((event) => ({ ...eventRow(event), in_scope: event.inScope ?? true })).reverse();
  const recomputed = await recompute(database, compileSql(policy, recomputeEvents), rows);
  const byId = new Map(recomputed.map((decision) => [decision.application_id, decision]));
  if (byId.size !== recomputed.length) throw new Error("The SQL engine gave two rows for one event.");
  return events.flatMap((event, index) => {
    const javascript = decisions[index] as Decision;
    const sql = byId.get(event.application.application_id);
    if (event.inScope === false) return sql ? [{ fields: ["in_scope"], event, javascript, sql }] : [];
    const fields = sql ? differencesOf(javascript, sql) : ["row"];
    return fields.length === 0 ? [] : [{ fields, event, javascript, sql }];
  });
}

/** Judges card transactions in JavaScript and in Postgres. Events out of scope only warm the windows. */
export async function compareFindings(
  database: Database,
  rules: FraudRules,
  events: readonly (TransactionEvent & { readonly inScope?: boolean })[],
): Promise<Difference[]> {
  const findings = findAll(rules, "policy@1", events);
  const rows = events.map((event) => ({ ...transactionRow(event), in_scope: event.inScope ?? true })).reverse();
  const recomputed = await recomputeTransactions(database, compileTransactionSql(rules, recomputeEvents), rows);
  const byId = new Map(recomputed.map((finding) => [finding.transaction_id, finding]));
  return events.flatMap((event, index) => {
    const javascript = findings[index] as Finding;
    const sql = byId.get(event.transaction.transaction_id);
    if (event.inScope === false) return sql ? [{ fields: ["in_scope"], event, javascript, sql }] : [];
    const fields = sql ? findingDifferences(javascript, sql) : ["row"];
    return fields.length === 0 ? [] : [{ fields, event, javascript, sql }];
  });
}

/** The first of some differences with everything that is needed to see why. */
export function describeDifference(yaml: string, differences: readonly Difference[]): string {
  const [first] = differences;
  const shown = (value: unknown) => JSON.stringify(value, undefined, 1);
  return `${differences.length} decisions differ, the first one in ${first?.fields.join(", ")}.
${yaml}
event ${shown(first?.event)}
JavaScript ${shown(first?.javascript)}
SQL ${shown(first?.sql)}`;
}

/** The checked form of a document; throws with its problems where it has any. */
export function checkedPolicy(yaml: string): CheckedPolicy {
  const result = checkPolicy(yaml, "policy.yaml");
  if (result.ok) return result.policy;
  throw new Error(`${result.problems.map(formatProblem).join("\n")}\n${yaml}`);
}
