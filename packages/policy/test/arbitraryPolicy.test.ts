import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInput } from "../src/inputs.ts";
import { aggregates, type CheckedPolicy } from "../src/ir.ts";
import { checkPolicy } from "../src/language/index.ts";
import { walk } from "../src/reasons/expression.ts";
import { decideAll } from "../src/vectors.ts";
import { arbitraryEvents, eventsOf } from "./arbitraryEvents.ts";
import { arbitraryPolicy } from "./arbitraryPolicy.ts";

const documents = fc.sample(arbitraryPolicy(), { numRuns: 300, seed: 1 });
const policies = documents.flatMap((yaml): CheckedPolicy[] => {
  const result = checkPolicy(yaml, "policy.yaml");
  return result.ok ? [result.policy] : [];
});

/** How often each thing occurs in the policies. */
function tally(of: (policy: CheckedPolicy) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const thing of policies.flatMap(of)) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}

describe("of three hundred random policies", () => {
  test("the checker takes nine in ten", () => {
    expect(policies.length).toBeGreaterThan(270);
  });

  test("the tests hold every form of the language", () => {
    const forms = tally((policy) =>
      [...policy.fraud, ...policy.risk, ...policy.approval].flatMap(({ when }) => {
        const found: string[] = [];
        if (when) walk(when, (part) => found.push(part.kind, ...("operator" in part ? [part.operator] : [])));
        return found;
      }),
    );
    const kinds = ["constant", "input", "feature", "points", "derived", "has", "negative", "arithmetic", "comparison"];
    const others = ["in", "and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*"];
    for (const form of [...kinds, ...others])
      expect([form, forms.get(form) ?? 0]).toEqual([form, expect.toSatisfy((count) => count >= 5)]);
  });

  test("inputs are of every type, optional and with a default, and every aggregate is there", () => {
    const declared = tally(({ inputs }) =>
      inputs.map(({ origin, type, optional }) => `${origin} ${type.kind}${optional ? "?" : ""}`),
    );
    for (const kind of ["number", "string", "boolean"]) {
      expect(declared.get(`attribute ${kind}`)).toBeGreaterThan(5);
      expect(declared.get(`attribute ${kind}?`)).toBeGreaterThan(5);
    }
    const features = tally((policy) => policy.features.map(({ aggregate }) => aggregate));
    for (const aggregate of aggregates) expect(features.get(aggregate)).toBeGreaterThan(20);
  });

  test("scorecards hold every kind of bin", () => {
    const bins = tally(({ scorecard }) =>
      (scorecard?.characteristics ?? []).flatMap((part) => part.bins.map(({ kind }) => kind)),
    );
    for (const kind of ["range", "values", "missing", "other"]) expect(bins.get(kind)).toBeGreaterThan(20);
  });

  test("their streams bring about every status and risk level, several reasons, fraud, and missing inputs", () => {
    const streams = fc.sample(arbitraryEvents(60), { numRuns: policies.length, seed: 1 });
    const found = new Map<string, number>();
    const count = (thing: string) => found.set(thing, (found.get(thing) ?? 0) + 1);
    for (const [index, policy] of policies.entries()) {
      const events = eventsOf(policy, streams[index] as number[]);
      for (const { policyStatus, riskLevel, reasons, isFraud } of decideAll(policy, "random@1", events)) {
        for (const thing of [policyStatus, riskLevel, `${reasons.length} codes`, isFraud ? "fraud" : "no fraud"])
          count(thing);
      }
      for (const { application, inScope } of events) {
        count(inScope ? "in scope" : "out of scope");
        for (const input of policy.inputs) if (readInput(input, application) === undefined) count("missing");
      }
    }
    const statuses = ["Approved", "Rejected", "Under Review", "Low", "Medium", "High", "fraud", "no fraud"];
    for (const thing of [...statuses, "0 codes", "1 codes", "2 codes", "3 codes", "out of scope", "missing"]) {
      expect([thing, found.get(thing) ?? 0]).toEqual([thing, expect.toSatisfy((times) => times >= 50)]);
    }
  });
});
