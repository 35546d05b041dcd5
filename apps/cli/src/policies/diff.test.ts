import { type CheckedPolicy, checkPolicy } from "@scoreline/policy";
import { describe, expect, test } from "vitest";
import { describePolicy, durationText } from "./describe.ts";
import { type Difference, diffPolicies, formatDifferences } from "./diff.ts";

const yaml = `policy: loans
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  purpose: { type: string, values: [car, home], default: car }
reasons:
  dti: { code: DEBT_TO_INCOME_TOO_HIGH, weight: 5 }
scorecard:
  id: points
  base: 20.5
  characteristics:
    - { input: credit_score, bins: [{ to: 600, points: 0 }, { other: true, points: 30 }] }
applications:
  features:
    requested_24h: { sum: loan_amount, window: 24h, cap: 10000000 }
  fraud:
    - { id: risky, when: "loan_amount > 15000 && credit_score < 450", reason: Risky }
  risk:
    - { id: low, level: Low, when: "points >= 40 && requested_24h < 50000" }
    - { id: high, level: High }
  approval:
    - { id: fraud, status: Rejected, when: "is_fraud", reason: SUSPECTED_FRAUD }
    - { id: debts, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }
    - { id: instant, status: Approved, when: "credit_score >= 600 && purpose == 'car'" }
    - { id: review, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
transactions:
  features:
    purchases_24h: { count: true, window: 24h, cap: 1000 }
  fraud:
    - { id: spike, when: "amount * purchases_24h > 9000", reason: An amount too large }
`;

function policyOf(text: string): CheckedPolicy {
  const result = checkPolicy(text, "test.yaml");
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 1));
  return result.policy;
}

/** What differs when this part of the document is another one. */
function differencesAfter(part: string | RegExp, replacement: string): Difference[] {
  const changed = yaml.replace(part, replacement);
  expect(changed).not.toBe(yaml);
  return diffPolicies(policyOf(yaml), policyOf(changed));
}

const debts = `    - { id: debts, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }\n`;

describe("the difference of two policies", () => {
  test("that decide the same is none, whatever their layout and comments", () => {
    expect(differencesAfter("policy: loans", "# ours\npolicy: loans")).toEqual([]);
    expect(formatDifferences([])).toBe("No difference: both decide the same.");
  });

  test.each([
    [
      "a threshold",
      "credit_score >= 600",
      "credit_score >= 680",
      "approval",
      "instant",
      /600.* Approved|>= 600/,
      />= 680/,
    ],
    [
      "a status",
      "id: debts, status: Rejected",
      "id: debts, status: Under Review",
      "approval",
      "debts",
      /Rejected/,
      /Under Review/,
    ],
    ["a risk level", "level: High }", "level: Medium }", "risk", "high", /^High otherwise$/, /^Medium otherwise$/],
    ["a fraud wording", "reason: Risky", "reason: Riskier", "fraud", "risky", /\(Risky\)/, /\(Riskier\)/],
    ["a window", "window: 24h", "window: 12h", "features", "requested_24h", /over 1d/, /over 12h/],
    ["a cap", "cap: 10000000", "cap: 20000000", "features", "requested_24h", /cap 10000000$/, /cap 20000000$/],
    ["a bound", "max: 500", "max: 400", "inputs", "dti", /0 to 500/, /0 to 400/],
    ["a default", "default: car", "default: home", "inputs", "purpose", /default car/, /default home/],
    ["a weight", "weight: 5", "weight: 6", "reasons", "dti", /weight 5/, /weight 6/],
    ["points", "points: 30", "points: 31", "scorecard", "credit_score", /other: 30/, /other: 31/],
    [
      "a cap of a count",
      "cap: 1000 }",
      "cap: 500 }",
      "transactions: features",
      "purchases_24h",
      /cap 1000$/,
      /cap 500$/,
    ],
    ["a rule on card transactions", "> 9000", "> 8000", "transactions: fraud", "spike", /> 9000 /, /> 8000 /],
    ["a base", "base: 20.5", "base: 21.5", "scorecard", "points", /base 20.5/, /base 21.5/],
  ])("tells %s from both sides", (_, part, replacement, section, id, from, to) => {
    expect(differencesAfter(part, replacement)).toEqual([
      { section, kind: "changed", id, from: expect.stringMatching(from), to: expect.stringMatching(to) },
    ]);
  });

  test("tells a clause that is gone, and what it said", () => {
    expect(differencesAfter(debts, "").filter(({ section }) => section === "approval")).toEqual([
      {
        section: "approval",
        kind: "removed",
        id: "debts",
        text: "Rejected when has(dti) && dti > 40 (DEBT_TO_INCOME_TOO_HIGH)",
      },
    ]);
  });

  test("tells a new clause with its place among those that were there", () => {
    const amount = `    - { id: amount, status: Rejected, when: "loan_amount > 900", reason: LOAN_AMOUNT_TOO_HIGH }\n`;
    expect(differencesAfter(debts, amount + debts)).toEqual([
      {
        section: "approval",
        kind: "added",
        id: "amount",
        text: "Rejected when loan_amount > 900 (LOAN_AMOUNT_TOO_HIGH)",
        before: "debts",
      },
    ]);
  });

  test("tells clauses that changed places, for the first that holds decides", () => {
    const [fraud] = /.*id: fraud,.*\n/.exec(yaml) ?? [""];
    const swapped = diffPolicies(policyOf(yaml), policyOf(yaml.replace(fraud + debts, debts + fraud)));
    expect(swapped).toEqual([
      {
        section: "approval",
        kind: "reordered",
        from: ["fraud", "debts", "instant", "review"],
        to: ["debts", "fraud", "instant", "review"],
      },
    ]);
  });

  test("reads as a list by section", () => {
    const text = formatDifferences([
      ...differencesAfter("credit_score >= 600", "credit_score >= 680"),
      ...differencesAfter(debts, "").filter(({ section }) => section === "approval"),
      ...differencesAfter("max: 500", "max: 400"),
    ]);
    expect(text).toBe(
      [
        "approval",
        "  ~ instant",
        "      from  Approved when credit_score >= 600 && purpose == 'car'",
        "      to    Approved when credit_score >= 680 && purpose == 'car'",
        "  - debts: Rejected when has(dti) && dti > 40 (DEBT_TO_INCOME_TOO_HIGH)",
        "inputs",
        "  ~ dti",
        "      from  decimal(2) 0 to 500, optional",
        "      to    decimal(2) 0 to 400, optional",
      ].join("\n"),
    );
  });
});

test("every part of a policy is described", () => {
  const described = Object.fromEntries(describePolicy(policyOf(yaml)).map(({ name, items }) => [name, items.length]));
  expect(described).toEqual({
    inputs: 4,
    features: 1,
    scorecard: 2,
    reasons: 1,
    fraud: 1,
    risk: 2,
    approval: 4,
    "transactions: inputs": 1,
    "transactions: features": 1,
    "transactions: fraud": 1,
  });
});

test.each([
  [604_800_000, "7d"],
  [86_400_000, "1d"],
  [90_000_000, "25h"],
  [90_000, "90s"],
  [60_000, "1m"],
  [1, "1ms"],
])("%i ms reads %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
