import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import { defaultPolicy, type Facts, type Policy } from "./policy.ts";

function facts(credit_score: number, loanAmount: number): Facts {
  return {
    application_id: "1",
    user_id: "1",
    credit_score,
    loan_amount_minor: Math.round(loanAmount * 100),
    timestamp_ms: 0,
  };
}

// score, amount, fraud, risk, status, reasons: each band on both sides of its edge.
const table: [number, number, boolean, string, string, string[]][] = [
  [449, 15_000.01, true, "High", "Rejected", ["SUSPECTED_FRAUD"]],
  [450, 15_000.01, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"]],
  [449, 15_000, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"]],
  [499, 100, false, "High", "Rejected", ["CREDIT_SCORE_TOO_LOW"]],
  [500, 100, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"]],
  [599, 15_000, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"]],
  [600, 15_000, false, "Medium", "Approved", []],
  [600, 15_000.01, false, "Medium", "Under Review", ["MANUAL_REVIEW_REQUIRED"]],
  [699, 15_000, false, "Medium", "Approved", []],
  [700, 15_000, false, "Low", "Approved", []],
  [850, 20_000, false, "Low", "Under Review", ["MANUAL_REVIEW_REQUIRED"]],
];

describe("the default policy", () => {
  test.each(table)(
    "a score of %i for %d is decided by the business rules",
    (score, amount, isFraud, risk, status, reasons) => {
      expect(decide(facts(score, amount), defaultPolicy)).toMatchObject({
        isFraud,
        fraudRules: isFraud ? ["risky-transaction"] : [],
        fraudReason: isFraud ? "Risky transaction" : undefined,
        riskLevel: risk,
        approvalStatus: status,
        reasons,
        policyVersion: defaultPolicy.version,
      });
    },
  );

  test("every fraud rule that holds is recorded, and the first one gives the reason", () => {
    const [rule] = defaultPolicy.fraud;
    if (!rule) throw new Error("the default policy has a fraud rule");
    const policy: Policy = { ...defaultPolicy, fraud: [rule, { id: "second", when: () => true, reason: "Second" }] };
    expect(decide(facts(400, 16_000), policy)).toMatchObject({
      fraudRules: ["risky-transaction", "second"],
      fraudReason: "Risky transaction",
    });
    expect(decide(facts(700, 100), policy)).toMatchObject({
      isFraud: true,
      fraudReason: "Second",
      approvalStatus: "Rejected",
    });
  });

  test("a policy whose clauses can all fail is an error, not a guess", () => {
    expect(() => decide(facts(700, 1), { ...defaultPolicy, risk: [] })).toThrow(/no risk band holds/);
    expect(() => decide(facts(700, 1), { ...defaultPolicy, approval: [] })).toThrow(/no approval clause holds/);
  });
});
