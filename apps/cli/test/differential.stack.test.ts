import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CheckedPolicy,
  checkPolicy,
  type Decision,
  decideAll,
  findAll,
  type PolicyEvent,
  policyVectors,
  transactionVectors,
} from "@scoreline/policy";
import { repositoryRoot } from "@scoreline/stack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryEvents, eventsOf, transactionsOf } from "../../../packages/policy/test/arbitraryEvents.ts";
import { arbitraryPolicy } from "../../../packages/policy/test/arbitraryPolicy.ts";
import { checkedPolicy, compareEngines, compareFindings, describeDifference } from "./support/engines.ts";
import { testDatabase } from "./support/testDatabase.ts";

const database = testDatabase();

/** More are for a run by hand. */
const decisionsMin = Number(process.env.SCORELINE_DIFFERENTIAL_DECISIONS ?? 20_000);
/** A failure prints its own; with that here, it is the first to be tried. */
const seed = Number(process.env.SCORELINE_DIFFERENTIAL_SEED ?? Date.now() % 2 ** 31);
const eventsMax = 400;
const round = { numRuns: 50, interruptAfterTimeLimit: 60_000 };

function vectorsOf(policy: CheckedPolicy): PolicyEvent[] {
  return policyVectors(policy, { seed: 1, count: 1_000 });
}

/** Both engines on events, by default the policy's vectors; fails with the first difference. Gives the decisions. */
async function agree(yaml: string, events = vectorsOf(checkedPolicy(yaml))): Promise<Decision[]> {
  const policy = checkedPolicy(yaml);
  const differences = await compareEngines(database(), policy, events);
  if (differences.length > 0) throw new Error(describeDifference(yaml, differences));
  return decideAll(policy, "policy@1", events);
}

const alike = `  risk: [{ level: Low }]
  approval: [{ status: Approved }]
`;

describe("both engines decide alike", () => {
  const shipped = join(repositoryRoot, "packages/policy/policies");
  test.each(readdirSync(shipped))("by the shipped policy %s", async (file) => {
    const decisions = await agree(readFileSync(join(shipped, file), "utf8"));
    expect(new Set(decisions.map(({ policyStatus }) => policyStatus)).size).toBe(3);
  });

  test.each(readdirSync(shipped))("on card transactions, by the shipped policy %s", async (file) => {
    const yaml = readFileSync(join(shipped, file), "utf8");
    const rules = checkedPolicy(yaml).transactions;
    const events = transactionVectors(rules, { seed: 1, count: 1_000 });
    const differences = await compareFindings(database(), rules, events);
    if (differences.length > 0) throw new Error(describeDifference(yaml, differences));
    const held = findAll(rules, "policy@1", events).flatMap(({ fraudRules }) => fraudRules);
    expect(new Set(held).size).toBeGreaterThanOrEqual(4);
  });

  test("on texts that SQL, templates and encodings would each read in their own way", async () => {
    const quotes = ["it's", 'say "so"', "\\'; select 1; --", "{{ config() }}", "$1 $$ %s ?"];
    const nasty = [...quotes, "é", "e\u0301", "\u{1f600}", "a\r\nb"];
    const decisions = await agree(`policy: texts
inputs:
  branch: { type: string, values: ${JSON.stringify(nasty)}, default: ${JSON.stringify(nasty[2])} }
scorecard:
  id: points
  base: 0
  characteristics:
    - { input: branch, bins: [${nasty.map((text, index) => `{ in: [${JSON.stringify(text)}], points: ${index} }`)}] }
applications:
  fraud: [{ id: odd, when: "points > 5", reason: ${JSON.stringify(nasty.join(" "))} }]
${alike}`);
    expect(new Set(decisions.map(({ features }) => features.points)).size).toBe(nasty.length);
    expect(decisions.map(({ fraudReason }) => fraudReason)).toContain(nasty.join(" "));
  });

  test("on whole numbers that constants alone make too large for 32 bits", async () => {
    const decisions = await agree(`policy: wide
scorecard:
  id: points
  base: -2000000000
  characteristics:
    - { input: credit_score, bins: [{ to: 600, points: -2000000000 }, { other: true, points: 2000000000 }] }
applications:
  risk: [{ level: Low, when: "credit_score * 100000 < 600 * 100000 && loan_amount < 100000 * 70000" }, { level: High }]
  approval:
    - { status: Rejected, when: "points < -(100000 * 30000)", reason: SCORECARD_POINTS_TOO_LOW }
    - { status: Approved }
`);
    expect(new Set(decisions.map(({ policyStatus, riskLevel }) => policyStatus + riskLevel)).size).toBeGreaterThan(2);
  });

  test("on events before 1970, which past applications may be", async () => {
    const yaml = `policy: past
applications:
  features:
    largest: { max: loan_amount, window: 1h }
    smallest: { min: loan_amount, window: 7ms }
    devices: { distinct: device_id, window: 1h }
${alike}`;
    const vectors = vectorsOf(checkedPolicy(yaml));
    const middleMs = vectors[500]?.tMs ?? 0;
    const events = vectors.map((event) => ({ ...event, tMs: event.tMs - middleMs }));
    expect(Math.min(...events.map(({ tMs }) => tMs))).toBeLessThan(-3_600_000);
    await agree(yaml, events);
  });

  test("with as many windows as a policy may have", async () => {
    const kinds = ["count: true", "distinct: device_id", "max: loan_amount", "min: credit_score"];
    const features = Array.from(
      { length: 32 },
      (_, index) => `    f${index}: { ${kinds[index % 4]}, window: ${1 + index}ms }`,
    );
    const decisions = await agree(`policy: many\napplications:\n  features:\n${features.join("\n")}\n${alike}`);
    expect(Object.keys(decisions[0]?.features ?? {})).toHaveLength(32);
  });
});

test("on random policies and random streams both engines decide alike", {
  timeout: 90_000 + decisionsMin * 10,
}, async () => {
  const counts = { decisions: 0, findings: 0, policies: 0, refused: 0 };
  const startedMs = performance.now();
  const property = fc.asyncProperty(arbitraryPolicy(), arbitraryEvents(eventsMax), async (yaml, numbers) => {
    const checked = checkPolicy(yaml, "policy.yaml");
    if (!checked.ok) counts.refused += 1;
    fc.pre(checked.ok);
    const events = eventsOf(checked.policy, numbers);
    counts.policies += 1;
    counts.decisions += events.filter(({ inScope }) => inScope).length;
    const differences = await compareEngines(database(), checked.policy, events);
    const rules = checked.policy.transactions;
    const transactions = transactionsOf(rules, numbers);
    counts.findings += transactions.filter(({ inScope }) => inScope).length;
    differences.push(...(await compareFindings(database(), rules, transactions)));
    if (differences.length > 0) throw new Error(describeDifference(yaml, differences));
  });
  for (let turn = 0; counts.decisions < decisionsMin; turn += 1) {
    await fc.assert(property, { ...round, seed: seed + turn });
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(
    `${counts.decisions} decisions and ${counts.findings} findings by ${counts.policies} random policies, 0 differences: ${seconds} s (seed ${seed})`,
  );
  // A generator that the checker mostly refuses would try little.
  expect(counts.refused).toBeLessThan(counts.policies / 4);
});
