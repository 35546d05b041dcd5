import { describe, expect, test } from "vitest";
import { onRandomPolicies } from "../../test/events.ts";
import { evaluatedReasons, formulaHolds, holds, referenceDecision } from "../../test/reference.ts";
import { planReasons } from "../reasons/planReasons.ts";
import { Engine } from "./engine.ts";

const size = { policies: 100, applicationsEach: 20 };
const timeoutMs = 60_000;

describe("on random policies and the values at which they turn", () => {
  test("a decision is what the policy's definition says, evaluated with exact integers", { timeout: timeoutMs }, () => {
    const seen = new Map<string, number>();
    onRandomPolicies(size, (policy, applications) => {
      const engine = new Engine(policy, "random@1");
      const plans = planReasons(policy);
      for (const { application, windows } of applications) {
        const { values, fraudRules, riskLevel, clause } = referenceDecision(policy, application, windows);
        const plan = plans.find((candidate) => candidate.clause === clause?.id);
        if (!plan || !clause) throw new Error("a clause decides");
        const decision = engine.decide(application, windows);
        expect(decision).toMatchObject({
          fraudRules,
          isFraud: fraudRules.length > 0,
          riskLevel,
          policyStatus: clause.status,
          ...evaluatedReasons(policy, plan, clause, values),
        });
        const kind = `${clause.status}, ${decision.reasonLiterals.length > 1 ? "several reasons" : "one reason or none"}`;
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    });
    // Each kind of decision has come up, and often.
    expect([...seen.keys()].sort()).toEqual([
      "Approved, one reason or none",
      "Rejected, one reason or none",
      "Rejected, several reasons",
      "Under Review, one reason or none",
      "Under Review, several reasons",
    ]);
    expect(Math.min(...seen.values())).toBeGreaterThan(20);
  });

  test("a plan's formula holds where its clause does, or for a fall-through where the better one fails", {
    timeout: timeoutMs,
  }, () => {
    const outcomes = { true: 0, false: 0 };
    onRandomPolicies(size, (policy, applications) => {
      const plans = planReasons(policy);
      for (const { application, windows } of applications) {
        const { values } = referenceDecision(policy, application, windows);
        for (const plan of plans) {
          if (!plan.formula) continue;
          const when = policy.approval.find(({ id }) => id === plan.of)?.when;
          if (!when) throw new Error("what a formula is of has a condition");
          const outcome = formulaHolds(policy, plan, plan.formula, values);
          expect(outcome).toBe(holds(when, values) === (plan.of === plan.clause));
          outcomes[`${outcome}`] += 1;
        }
      }
    });
    expect(Math.min(outcomes.true, outcomes.false)).toBeGreaterThan(200);
  });
});
