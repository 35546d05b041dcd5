import type { Client } from "pg";
import type { CompiledVersion } from "./policyModels.ts";

/**
 * Brings the constants that a policy compares with to `raw.policy_thresholds`, for each version that has none yet; a
 * version never changes. They are of verified documents, as their models are.
 */
export async function loadThresholds(warehouse: Client, versions: readonly CompiledVersion[]): Promise<void> {
  const rows = versions.flatMap(({ version, thresholds }) =>
    thresholds.map(({ value, ...threshold }, index) => ({
      ...{ version, number: index + 1, threshold_value: value },
      ...threshold,
    })),
  );
  // Versions are loaded whole: one statement.
  await warehouse.query(
    `insert into raw.policy_thresholds
     select row.* from jsonb_populate_recordset(null::raw.policy_thresholds, $1) as row
     where row.version not in (select version from raw.policy_thresholds)`,
    [JSON.stringify(rows)],
  );
}
