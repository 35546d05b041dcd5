import type { Client } from "pg";
import type { Block } from "./policyModels.ts";

/** Differing decisions that are shown at most. */
const shownMax = 5;

/** What parity compares of a block: where it stands, and how a person calls it. */
export type Compared = { table: string; recorded: string; id: string; one: string; many: string };

export const parityOf: Record<Block, Compared> = {
  applications: {
    table: "quality.decision_parity",
    recorded: "raw.credit_scores",
    id: "application_id",
    one: "application",
    many: "decisions",
  },
  transactions: {
    table: "quality.transaction_parity",
    recorded: "raw.processed_transactions",
    id: "transaction_id",
    one: "transaction",
    many: "transactions",
  },
};

/** A decision that the stream and the warehouse make differently: both sides of each field that differs. */
export type DifferingDecision = {
  id: string;
  policy_version: string;
  mismatches: string[];
  recorded: Record<string, unknown>;
  recomputed: Record<string, unknown>;
};

/**
 * How many decisions were compared in all and how many are recorded and were not; how many of the compared differ, and the
 * first of those.
 */
export type Parity = { decisions: number; uncompared: number; mismatches: number; differing: DifferingDecision[] };

/** Reads what a table of parity holds. */
export async function readParity(warehouse: Client, { table, recorded, id }: Compared): Promise<Parity> {
  const counts = await warehouse.query<{ decisions: number; mismatches: number; recorded: number }>(
    `select count(*)::integer as decisions, (count(*) filter (where mismatches <> '{}'))::integer as mismatches,
       (select count(*)::integer from ${recorded}) as recorded
     from ${table}`,
  );
  const row = counts.rows[0] ?? { decisions: 0, mismatches: 0, recorded: 0 };
  const { rows } = await warehouse.query<DifferingDecision>(
    `select parity.${id}::text as id, parity.policy_version, parity.mismatches, parity.recorded, parity.recomputed
     from ${table} as parity
     left join ${recorded} as decided on parity.${id} = decided.${id}
     where parity.mismatches <> '{}'
     order by decided.t_ms, decided.topic, decided.partition, decided.record_offset
     limit $1`,
    [shownMax],
  );
  const { decisions, mismatches } = row;
  return { decisions, uncompared: row.recorded - decisions, mismatches, differing: rows };
}

/** `N decisions, 0 mismatches`, or the first ones that differ side by side. Claims no decision that was not compared. */
export function formatParity(
  { decisions, uncompared, mismatches, differing }: Parity,
  { many, one, table }: Compared = parityOf.applications,
): string {
  const compared = uncompared === 0 ? `${decisions}` : `${decisions} of ${decisions + uncompared}`;
  const lines = [`${compared} ${many}${uncompared === 0 ? "" : " compared"}, ${mismatches} mismatches`];
  for (const decision of differing) lines.push("", ...sideBySide(decision, one));
  if (mismatches > differing.length) lines.push("", `and ${mismatches - differing.length} more in ${table}`);
  return lines.join("\n");
}

function sideBySide(
  { id, policy_version, mismatches, recorded, recomputed }: DifferingDecision,
  one: string,
): string[] {
  const rows = [
    ["", "recorded", "recomputed"] as const,
    ...mismatches.map((field) => [field, shown(recorded[field]), shown(recomputed[field])] as const),
  ];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return [
    `${one} ${id}, decided by ${policy_version}`,
    ...rows.map(([field, left, right]) => `  ${field.padEnd(width(0))}  ${left.padEnd(width(1))}  ${right}`),
  ];
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
