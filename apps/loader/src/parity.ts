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

/** How many decisions were compared in all, how many differ, and the first of those. */
export type Parity = { decisions: number; mismatches: number; differing: DifferingDecision[] };

/** Reads `quality.decision_parity`. */
export async function readParity(warehouse: Client): Promise<Parity> {
  const counts = await warehouse.query<{ decisions: number; mismatches: number }>(
    `select count(*)::integer as decisions, (count(*) filter (where mismatches <> '{}'))::integer as mismatches
     from quality.decision_parity`,
  );
  const { rows } = await warehouse.query<DifferingDecision>(
    `select parity.application_id, parity.policy_version, parity.mismatches, parity.recorded, parity.recomputed
     from quality.decision_parity as parity
     left join raw.credit_scores as decided on parity.application_id = decided.application_id
     where parity.mismatches <> '{}'
     order by decided.t_ms, decided.topic, decided.partition, decided.record_offset
     limit $1`,
    [shownMax],
  );
  return { ...(counts.rows[0] ?? { decisions: 0, mismatches: 0 }), differing: rows };
}

/** `N decisions, 0 mismatches`, or the first ones that differ side by side. */
export function formatParity({ decisions, mismatches, differing }: Parity): string {
  const lines = [`${decisions} decisions, ${mismatches} mismatches`];
  for (const { application_id, policy_version, mismatches: fields, recorded, recomputed } of differing) {
    const rows = fields.map((field) => [field, shown(recorded[field]), shown(recomputed[field])] as const);
    const header = ["", "recorded", "recomputed"] as const;
    const widths = [0, 1].map((column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
    lines.push("", `application ${application_id}, decided by ${policy_version}`);
    for (const [field, left, right] of [header, ...rows]) {
      lines.push(`  ${field.padEnd(widths[0] ?? 0)}  ${left.padEnd(widths[1] ?? 0)}  ${right}`);
    }
  }
  if (mismatches > differing.length)
    lines.push("", `and ${mismatches - differing.length} more in quality.decision_parity`);
  return lines.join("\n");
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
