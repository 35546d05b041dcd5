import type { Client } from "pg";

/** Differing decisions that are shown at most. */
const shownMax = 5;

/** A decision that the stream and the warehouse make differently: both sides of each field that differs. */
export type DifferingDecision = {
  application_id: string;
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

/** Reads what `quality.decision_parity` holds. */
export async function readParity(warehouse: Client): Promise<Parity> {
  const counts = await warehouse.query<{ decisions: number; mismatches: number; recorded: number }>(
    `select count(*)::integer as decisions, (count(*) filter (where mismatches <> '{}'))::integer as mismatches,
       (select count(*)::integer from raw.credit_scores) as recorded
     from quality.decision_parity`,
  );
  const { decisions, mismatches, recorded } = counts.rows[0] ?? { decisions: 0, mismatches: 0, recorded: 0 };
  const { rows } = await warehouse.query<DifferingDecision>(
    `select parity.application_id, parity.policy_version, parity.mismatches, parity.recorded, parity.recomputed
     from quality.decision_parity as parity
     left join raw.credit_scores as decided on parity.application_id = decided.application_id
     where parity.mismatches <> '{}'
     order by decided.t_ms, decided.topic, decided.partition, decided.record_offset
     limit $1`,
    [shownMax],
  );
  return { decisions, uncompared: recorded - decisions, mismatches, differing: rows };
}

/** `N decisions, 0 mismatches`, or the first ones that differ side by side. Claims no decision that was not compared. */
export function formatParity({ decisions, uncompared, mismatches, differing }: Parity): string {
  const compared = uncompared === 0 ? `${decisions}` : `${decisions} of ${decisions + uncompared}`;
  const lines = [`${compared} decisions${uncompared === 0 ? "" : " compared"}, ${mismatches} mismatches`];
  for (const decision of differing) lines.push("", ...sideBySide(decision));
  if (mismatches > differing.length)
    lines.push("", `and ${mismatches - differing.length} more in quality.decision_parity`);
  return lines.join("\n");
}

function sideBySide({ application_id, policy_version, mismatches, recorded, recomputed }: DifferingDecision): string[] {
  const rows = [
    ["", "recorded", "recomputed"] as const,
    ...mismatches.map((field) => [field, shown(recorded[field]), shown(recomputed[field])] as const),
  ];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return [
    `application ${application_id}, decided by ${policy_version}`,
    ...rows.map(([field, left, right]) => `  ${field.padEnd(width(0))}  ${left.padEnd(width(1))}  ${right}`),
  ];
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
