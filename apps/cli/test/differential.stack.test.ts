import { type CheckedPolicy, checkPolicy, PolicyTooLarge, planReasons } from "@scoreline/policy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryEvents, eventsOf } from "../../../packages/policy/test/arbitraryEvents.ts";
import { arbitraryPolicy } from "../../../packages/policy/test/arbitraryPolicy.ts";
import { compareEngines, describeDifference } from "./support/engines.ts";
import { testDatabase } from "./support/testDatabase.ts";

const database = testDatabase();

/** More are for a run by hand. A failure prints its seed, which makes it fail again. */
const decisionsMin = Number(process.env.SCORELINE_DIFFERENTIAL_DECISIONS ?? 20_000);
const seed = Number(process.env.SCORELINE_DIFFERENTIAL_SEED ?? Date.now() % 2 ** 31);
const eventsMax = 400;
const runsInRound = 50;

/** The random policy; undefined where the language refuses it, which is a matter of the checker's tests. */
function accepted(yaml: string): CheckedPolicy | undefined {
  const result = checkPolicy(yaml, "policy.yaml");
  if (!result.ok) return undefined;
  try {
    planReasons(result.policy);
    return result.policy;
  } catch (error) {
    if (error instanceof PolicyTooLarge) return undefined;
    throw error;
  }
}

test("on random policies and random streams both engines decide alike", {
  timeout: 60_000 + decisionsMin * 10,
}, async () => {
  const counts = { decisions: 0, policies: 0, refused: 0 };
  const startedMs = performance.now();
  const property = fc.asyncProperty(arbitraryPolicy(), arbitraryEvents(eventsMax), async (yaml, numbers) => {
    const policy = accepted(yaml);
    counts.refused += policy ? 0 : 1;
    fc.pre(policy !== undefined);
    const events = eventsOf(policy, numbers);
    counts.policies += 1;
    counts.decisions += events.filter(({ inScope }) => inScope).length;
    const differences = await compareEngines(database(), policy, events);
    if (differences.length > 0) throw new Error(describeDifference(yaml, differences));
  });
  for (let round = 0; counts.decisions < decisionsMin; round += 1) {
    await fc.assert(property, { seed: seed + round, numRuns: runsInRound });
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(
    `${counts.decisions} decisions of ${counts.policies} random policies, 0 differences: ${seconds} s (seed ${seed})`,
  );
  // A generator that the checker mostly refuses would try little.
  expect(counts.refused).toBeLessThan(counts.policies / 4);
});
