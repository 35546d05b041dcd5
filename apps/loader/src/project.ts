import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Block, PolicyModel } from "./policyModels.ts";

/** What dbt reads of a project. */
const parts = ["dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests"];

/**
 * Makes the dbt project of this run below `stateDir`: a copy of the one at `warehouseDir` with the models of the policy
 * versions. dbt's model paths may not leave a project, and nothing is written where the code lies. Made anew each time,
 * so that no model of another catalogue stays. Gives its folder.
 */
export async function makeProject(
  warehouseDir: string,
  stateDir: string,
  models: readonly PolicyModel[],
): Promise<string> {
  const project = join(stateDir, "project");
  await rm(project, { recursive: true, force: true });
  for (const part of parts) await cp(join(warehouseDir, part), join(project, part), { recursive: true });
  const generated = join(project, "models", "intermediate", "generated");
  await mkdir(generated);
  for (const { name, sql } of models) await writeFile(join(generated, `${name}.sql`), sql);
  // JSON is YAML.
  await writeFile(join(generated, "_generated.yml"), JSON.stringify({ version: 2, models: models.map(declaration) }));
  return project;
}

const columns: Record<Block, Record<string, string>> = {
  applications: {
    ...{
      policy_version: "text",
      application_id: "text",
      features: "jsonb",
      is_fraud: "boolean",
      fraud_rules: "text[]",
    },
    ...{
      fraud_reason: "text",
      risk_level: "text",
      policy_status: "text",
      reasons: "text[]",
      reason_literals: "text[]",
    },
  },
  transactions: {
    ...{ policy_version: "text", transaction_id: "uuid", features: "jsonb", flagged: "boolean", fraud_rules: "text[]" },
    fraud_reason: "text",
  },
};

const grains = { applications: "a decision", transactions: "a card transaction" };

function declaration({ name, version, block }: PolicyModel) {
  return {
    name,
    description: `Grain: one row ${grains[block]} that parity compares in this run and that fell to ${version}.`,
    columns: Object.entries(columns[block]).map(([column, type]) => ({ name: column, data_type: type })),
  };
}
