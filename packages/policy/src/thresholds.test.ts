import { expect, test } from "vitest";
import { checked, policyWith } from "../test/support.ts";
import { policyThresholds } from "./thresholds.ts";

/** A row on one line: where it stands, what it compares, the whole test. */
const shown = (policy: Parameters<typeof policyThresholds>[0]) =>
  policyThresholds(policy).map(
    ({ stream, section, clause, outcome, input, operator, threshold, value, expression }) =>
      `${stream} ${section} ${clause} [${outcome}] ${input} ${operator} ${threshold} (${value}): ${expression}`,
  );

const otherwise = "{ id: otherwise, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }";
/** What a clause that approves by `when` compares with. */
const ofApproval = (when: string, parts: Partial<Parameters<typeof policyWith>[0]> = {}) =>
  policyThresholds(
    policyWith({ approval: `{ id: yes, status: Approved, when: ${JSON.stringify(when)} }\n${otherwise}`, ...parts }),
  )
    .filter(({ section }) => section === "approval")
    .map(({ input, operator, threshold, value }) => [input, operator, threshold, value]);

test("every section's constants come in the document's order, with what their clause leads to", () => {
  const approval = `{ id: fraud, status: Rejected, when: "is_fraud", reason: SUSPECTED_FRAUD }
    { id: instant, status: Approved, when: "credit_score >= 600 && loan_amount <= 15000.5" }
    ${otherwise}`;
  expect(shown(policyWith({ approval }))).toEqual([
    "applications fraud risky [Risky] loan_amount > 15000 (15000): loan_amount > 15000 && credit_score < 450",
    "applications fraud risky [Risky] credit_score < 450 (450): loan_amount > 15000 && credit_score < 450",
    "applications risk low [Low] credit_score >= 700 (700): credit_score >= 700",
    "applications risk medium [Medium] credit_score >= 500 (500): credit_score >= 500",
    "applications approval instant [Approved] credit_score >= 600 (600): credit_score >= 600 && loan_amount <= 15000.5",
    "applications approval instant [Approved] loan_amount <= 15000.5 (15000.5): credit_score >= 600 && loan_amount <= 15000.5",
  ]);
});

test.each([
  ["15000 < loan_amount", [["loan_amount", ">", "15000", "15000"]]],
  ["credit_score + term > 400", [["credit_score + term", ">", "400", "400"]]],
  ["risk_level == 'High'", [["risk_level", "==", "High", null]]],
  [
    "!(has(purpose) && purpose in ['car', 'boat'])",
    [
      ["purpose", "in", "car", null],
      ["purpose", "in", "boat", null],
    ],
  ],
  [
    "term in [12, 24]",
    [
      ["term", "in", "12", "12"],
      ["term", "in", "24", "24"],
    ],
  ],
  [
    "has(dti) && dti <= 40.5 || term == 36",
    [
      ["dti", "<=", "40.5", "40.5"],
      ["term", "==", "36", "36"],
    ],
  ],
  ["has(employed) && employed == true", [["employed", "==", "true", null]]],
  ["annual_income > 4 * loan_amount", []],
  ["has(employed) && employed", []],
])("%s compares with %j", (when, expected) => {
  expect(ofApproval(when)).toEqual(expected);
});

test("a window is compared like any input", () => {
  const features = "\n    applications_1h: { count: true, window: 1h }";
  expect(ofApproval("applications_1h <= 3", { features })).toEqual([["applications_1h", "<=", "3", "3"]]);
});

test("a scorecard's bins are tests whose outcome is their points", () => {
  const scorecard = `
  id: total
  base: 400
  characteristics:
    - input: dti
      bins: [{ to: 10, points: 35 }, { from: 10, to: 20.5, points: -2.5 }, { from: 20.5, points: 0 }, { missing: true, points: 5 }]
    - input: purpose
      bins: [{ in: [car, boat], points: 7 }, { other: true, points: 0 }, { missing: true, points: 0 }]`;
  const approval = `{ id: yes, status: Approved, when: "total >= 420" }\n${otherwise}`;
  expect(shown(policyWith({ approval, scorecard })).filter((row) => !/ (fraud|risk) /.test(row))).toEqual([
    "applications approval yes [Approved] total >= 420 (420): total >= 420",
    "applications scorecard dti [35] dti < 10 (10): dti < 10",
    "applications scorecard dti [-2.5] dti >= 10 (10): dti >= 10 && dti < 20.5",
    "applications scorecard dti [-2.5] dti < 20.5 (20.5): dti >= 10 && dti < 20.5",
    "applications scorecard dti [0] dti >= 20.5 (20.5): dti >= 20.5",
    "applications scorecard purpose [7] purpose in car (null): purpose in ['car', 'boat']",
    "applications scorecard purpose [7] purpose in boat (null): purpose in ['car', 'boat']",
  ]);
});

test("rules on transactions are told apart from those on applications", () => {
  const policy = checked(`policy: cards
applications:
  fraud: []
  risk:
    - { level: High }
  approval:
    - { status: Approved }
transactions:
  features: { spend_1h: { sum: amount, window: 1h, cap: 10000000 } }
  fraud:
    - { id: spree, when: "spend_1h > 2500", reason: Spending spree }
`);
  expect(shown(policy)).toEqual(["transactions fraud spree [Spending spree] spend_1h > 2500 (2500): spend_1h > 2500"]);
});
