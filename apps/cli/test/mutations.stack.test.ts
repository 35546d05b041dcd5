import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type decideAll, policyVectors } from "@scoreline/policy";
import { repositoryRoot } from "@scoreline/stack";
import { recomputeEvents } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkedPolicy, compareEngines, type Difference, type Engines, engines } from "./support/engines.ts";
import { type Mutation, mutations } from "./support/mutations.ts";
import { testDatabase } from "./support/testDatabase.ts";
import { trialPolicies } from "./support/trialPolicies.ts";

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), "scoreline-mutations-"));

const trials = Object.values(trialPolicies).map((yaml) => {
  const policy = checkedPolicy(yaml);
  const vectors = policyVectors(policy, { seed: 1, count: 600 });
  return { policy, events: vectors.map((event, index) => ({ ...event, inScope: index % 8 !== 7 })) };
});

beforeAll(async () => {
  // What a modules' copy needs to find its packages.
  symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules"));
  // Events may come in any collation; this one takes a for A, and é for its decomposed form.
  await database()`
    create collation careless (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The SELECT over the same events, their texts in a collation that is not exact. */
function carelessly(compileSql: Engines["compileSql"]): Engines["compileSql"] {
  return (policy) => `with careless_events as (
  select application_id, user_id collate careless as user_id, topic collate careless as topic, partition, record_offset,
    t_ms, credit_score, loan_amount, device_id collate careless as device_id, applicant_age, applicant_region, score_model,
    consent_automated_decision, consent_analytics, attributes, in_scope
  from ${recomputeEvents}
)
select * from (
${compileSql(policy, "careless_events")}) as careless_decision`;
}

/** The differences on the first trial that has any. */
async function differences({ decideAll, compileSql }: Engines): Promise<Difference[]> {
  for (const { policy, events } of trials) {
    const found = await compareEngines(database(), policy, events, { decideAll, compileSql: carelessly(compileSql) });
    if (found.length > 0) return found;
  }
  return [];
}

/** The engines with a mutation in one of them. */
async function mutated({ engine, file, find, replace }: Mutation, number: number): Promise<Engines> {
  const copy = join(folder, `mutation-${number}`);
  cpSync(join(repositoryRoot, "packages/policy/src"), copy, { recursive: true });
  const source = readFileSync(join(copy, file), "utf8");
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold this exactly once: ${find}`);
  writeFileSync(
    join(copy, file),
    source.replace(find, () => replace),
  );
  if (engine === "sql") {
    const module: Pick<Engines, "compileSql"> = await import(/* @vite-ignore */ join(copy, "sql/compile.ts"));
    return { ...engines, compileSql: module.compileSql };
  }
  const module: { decideAll: typeof decideAll } = await import(/* @vite-ignore */ join(copy, "vectors.ts"));
  return { ...engines, decideAll: module.decideAll };
}

test("as they are, both engines decide every trial alike", async () => {
  expect(await differences(engines)).toEqual([]);
});

describe.each(["javascript", "sql"] as const)("a slip in the %s engine is seen", (engine) => {
  const own = mutations.filter((mutation) => mutation.engine === engine);
  test.each(own.map((mutation) => [mutation.name, mutation] as const))("%s", async (_, mutation) => {
    expect((await differences(await mutated(mutation, mutations.indexOf(mutation)))).length).toBeGreaterThan(0);
  });
});
