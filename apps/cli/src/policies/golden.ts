import { type CheckedPolicy, compileSql, decideAll, differencesOf, eventRow, policyVectors } from "@scoreline/policy";
import { type Database, recompute, recomputeEvents } from "@scoreline/stores/postgres";

/** The same events for every publication of a document, so that a refusal can be looked into. */
const seed = 1;
const goldenCount = 4_096;

/**
 * Decides golden vectors (values at, below and above every threshold, ties, window edges, missing inputs) by both engines:
 * by the stream's and by SQL in a real Postgres. Gives how many, and a line for each on which they differ.
 */
export async function compareEngines(
  sql: Database,
  policy: CheckedPolicy,
  select = compileSql(policy, recomputeEvents),
): Promise<{ decisions: number; differences: string[] }> {
  const events = policyVectors(policy, { seed, count: goldenCount });
  const stream = decideAll(policy, "golden", events);
  const rows = await recompute(sql, select, events.map(eventRow));
  const warehouse = new Map(rows.map((row) => [row.application_id, row]));
  const differences = events.flatMap((event, index) => {
    const [decision, row] = [stream[index], warehouse.get(event.application.application_id)];
    const names = decision && row ? differencesOf(decision, row) : ["a decision is missing"];
    return names.length === 0 ? [] : [`${names.join(", ")}: ${JSON.stringify({ event, stream: decision, sql: row })}`];
  });
  return { decisions: events.length, differences };
}
