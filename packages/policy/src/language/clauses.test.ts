import { describe, expect, test } from "vitest";
import { checkedOf, marked, problemsOf } from "./testing/documents.ts";

function documentOf(parts: { fraud?: string; risk?: string; approval?: string; transactions?: string }): string {
  const {
    fraud = "",
    risk = "{ level: Low }",
    approval = "{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }",
  } = parts;
  return `policy: loans
inputs: { dti: { type: integer, min: 0, max: 100, optional: true } }
applications:
  fraud: [${fraud}]
  risk: [${risk}]
  approval: [${approval}]
transactions:
  features: { spent_1h: { sum: amount, window: 1h, cap: 1000 } }
  fraud: [${parts.transactions ?? ""}]
`;
}

const tail = "{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }";

test("clauses without an id are numbered by their place, from 1", () => {
  const policy = checkedOf(
    documentOf({
      fraud: "{ id: odd, when: credit_score < 400, reason: Odd }",
      risk: "{ level: Low, when: credit_score > 700 }, { id: rest, level: High }",
      approval: `{ status: Approved, when: "risk_level == 'Low' && !is_fraud" }, ${tail}`,
    }),
  );
  expect(policy.fraud).toMatchObject([{ id: "odd", reason: "Odd", when: { kind: "comparison" } }]);
  expect(policy.risk).toMatchObject([
    { id: "risk.1", level: "Low" },
    { id: "rest", level: "High" },
  ]);
  expect(policy.risk[1]).not.toHaveProperty("when");
  expect(policy.approval).toMatchObject([
    { id: "approval.1", status: "Approved" },
    { id: "approval.2", reason: "MANUAL_REVIEW_REQUIRED" },
  ]);
});

const approvalOnly =
  "is what these clauses decide: only approval clauses may name it; name the inputs themselves, or write an approval clause";
const idFix = "write lower-case letters, digits, - and _, at most 63, beginning with a letter";
const internalFraud =
  "SUSPECTED_FRAUD is internal: a customer has no wording of it; name is_fraud in `when`, or take another code";

test.each([
  // Fraud.
  [
    "fraud",
    "§{ when: credit_score < 400, reason: x }",
    "fraud clause fraud.1: id is missing; write a short id such as high-risk",
  ],
  [
    "fraud",
    "§{ id: a, reason: x }",
    "fraud clause a: when is missing; write an expression such as credit_score >= 600, in quotes where it looks like a number",
  ],
  [
    "fraud",
    "§{ id: a, when: credit_score < 400 }",
    "fraud clause a: reason is missing; write what the alert says, in quotes where it looks like a number",
  ],
  ["fraud", "{ id: §A, when: credit_score < 400, reason: x }", `fraud clause A: id is the text "A"; ${idFix}`],
  [
    "fraud",
    "{ id: a, when: credit_score < 400, reason: x }, { id: §a, when: credit_score < 500, reason: y }",
    "fraud clause a: the id `a` is taken; give each clause an id of its own",
  ],
  ["fraud", "{ id: a, when: §is_fraud, reason: x }", `fraud clause a: \`is_fraud\` ${approvalOnly}`],
  [
    "fraud",
    "{ id: a, when: §true, reason: x }",
    "fraud clause a: when is true; write an expression such as credit_score >= 600, in quotes where it looks like a number",
  ],
  // Risk.
  ["risk", "{ level: §Lo }", 'risk clause risk.1: level is the text "Lo"; write `Low`'],
  ["risk", "{ level: High, when: §is_fraud }, { level: Low }", `risk clause risk.1: \`is_fraud\` ${approvalOnly}`],
  [
    "risk",
    "{ level: High, when: \"§risk_level == 'Low'\" }, { level: Low }",
    `risk clause risk.1: \`risk_level\` ${approvalOnly}`,
  ],
  [
    "risk",
    "§{ level: High, when: credit_score < 400 }",
    "risk: the last clause of risk has a `when`, so that none may hold; add one without `when` after it",
  ],
  [
    "risk",
    "§{ level: High }, { level: Low }",
    "risk: no clause of risk after this one is ever reached, since it has no `when`; add one, or put it last",
  ],
  // Approval.
  [
    "approval",
    `{ status: §Rejectd, reason: LOAN_PURPOSE, when: is_fraud }, ${tail}`,
    'approval clause approval.1: status is the text "Rejectd"; write `Rejected`',
  ],
  [
    "approval",
    `§{ status: Rejected, when: is_fraud }, ${tail}`,
    "approval clause approval.1: Rejected needs a `reason`; add a reason code, such as reason: CREDIT_SCORE_TOO_LOW",
  ],
  [
    "approval",
    "§{ status: Under Review }",
    "approval clause approval.1: Under Review needs a `reason`; add a reason code, such as reason: CREDIT_SCORE_TOO_LOW",
  ],
  [
    "approval",
    "{ status: Approved, reason: §LOAN_PURPOSE }",
    "approval clause approval.1: an approval has no reason; remove `reason`",
  ],
  [
    "approval",
    `{ status: Rejected, when: is_fraud, reason: §SUSPECTED_FRUAD }, ${tail}`,
    'approval clause approval.1: reason is the text "SUSPECTED_FRUAD"; write `SUSPECTED_FRAUD`',
  ],
  [
    "approval",
    `{ status: Rejected, when: credit_score < 400, reason: §SUSPECTED_FRAUD }, ${tail}`,
    `approval clause approval.1: ${internalFraud}`,
  ],
  ["approval", "{ status: Rejected, reason: §SUSPECTED_FRAUD }", `approval clause approval.1: ${internalFraud}`],
  [
    "approval",
    `{ status: Rejected, when: is_fraud, reason: §POLICY_EXCEPTION }, ${tail}`,
    "approval clause approval.1: POLICY_EXCEPTION is internal: a customer has no wording of it; take another code",
  ],
  [
    "approval",
    `§{ status: Approved, when: is_fraud }`,
    "approval: the last clause of approval has a `when`, so that none may hold; add one without `when` after it",
  ],
  ["approval", "{ status: Approved, whn: is_fraud }", undefined],
  // Transactions.
  [
    "transactions",
    "{ id: t, when: amount > 5 && §dti > 3, reason: x }",
    "transaction fraud clause t: `dti` is an attribute of applications: a transaction has none; name its own fields",
  ],
  [
    "transactions",
    "{ id: t, when: §is_fraud, reason: x }",
    "transaction fraud clause t: `is_fraud` is the sender's own label and not our finding; remove it, and write the rule itself",
  ],
  [
    "transactions",
    "{ id: t, when: \"§risk_level == 'High'\", reason: x }",
    "transaction fraud clause t: `risk_level` is the sender's own label and not our finding; remove it, and write the rule itself",
  ],
  [
    "transactions",
    "{ id: t, when: §spent_2h > 5, reason: x }",
    "transaction fraud clause t: `spent_2h` is not known here; write `spent_1h`",
  ],
  [
    "transactions",
    "{ id: t, when: \"§card_type == 'VISSA'\", reason: x }",
    "transaction fraud clause t: 'VISSA' is none of the values that it can have; write 'VISA'",
  ],
  [
    "transactions",
    "{ id: t, when: §loan_amount > 5, reason: x }",
    "transaction fraud clause t: `loan_amount` is not known here; declare it under `inputs`, or name one of amount, credit_score, merchant, location, card_type, device_id, spent_1h",
  ],
] as [string, string, string | undefined][])("in %s, `%s` is told at its mark", (part, clauses, problem) => {
  if (problem === undefined) {
    expect(problemsOf(documentOf({ [part]: clauses })).join()).toMatch(/`whn` is not a key here; write `when`/);
    return;
  }
  const { yaml, place } = marked(documentOf({ [part]: clauses }));
  expect(problemsOf(yaml)).toEqual([`${place} ${problem}`]);
});

test("two clauses of an application never share an id, whatever their lists: a reason names its clause by it", () => {
  const shared = documentOf({
    fraud: "{ id: a, when: credit_score < 400, reason: x }",
    risk: "{ id: §a, level: Low }",
    transactions: "{ id: a, when: amount > 5, reason: x }",
  });
  const { yaml, place } = marked(shared);
  expect(problemsOf(yaml)).toEqual([
    `${place} risk clause a: the id \`a\` is taken; give each clause an id of its own`,
  ]);
});

test("a transaction's rules read its fields and windows", () => {
  const policy = checkedOf(
    documentOf({
      transactions: "{ id: t, when: \"spent_1h > 500 && card_type in ['VISA'] && merchant != location\", reason: x }",
    }),
  );
  expect(policy.transactions.inputs.map(({ name }) => name)).toEqual(["amount", "merchant", "location", "card_type"]);
  expect(policy.transactions.features).toMatchObject([{ name: "spent_1h", cap: 100_000 }]);
  expect(policy.inputs).toEqual([]);
});

describe("a list of clauses", () => {
  test.each([
    ["risk: []", "risk has no clause; add one that has no `when`"],
    ["risk: {}", "risk is not a list; begin each entry of risk with a dash"],
  ])("`%s` is told", (risk, problem) => {
    const yaml = documentOf({}).replace(/risk: .*/, risk);
    expect(problemsOf(yaml)).toEqual([`5:9 risk: ${problem}`]);
  });

  test("is never left out where a decision needs it", () => {
    expect(problemsOf("policy: loans\napplications:\n  fraud: []\n")).toEqual([
      "3:3 applications: risk is missing; add risk, whose last clause has no `when`",
      "3:3 applications: approval is missing; add approval, whose last clause has no `when`",
    ]);
    expect(problemsOf("policy: loans\n")).toEqual(["1:1 applications is missing; add it, with `risk` and `approval`"]);
  });

  test("holds at most 200", () => {
    const rules = (count: number) =>
      documentOf({
        fraud: Array.from(
          { length: count },
          (_, index) => `{ id: a${index}, when: credit_score < 400, reason: x }`,
        ).join(),
      });
    expect(problemsOf(rules(200))).toEqual(["clean"]);
    expect(problemsOf(rules(201))).toEqual([
      expect.stringMatching(/fraud: fraud has more than 200 entries; remove some$/),
    ]);
  });
});
