import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPolicy, formatProblem } from "./index.ts";
import { checkedOf, problemsOf } from "./testing/documents.ts";

const shipped = ["default", "velocity"].map((name) =>
  readFileSync(new URL(`../../policies/${name}.yaml`, import.meta.url), "utf8"),
);

test("the policies that ship check clean, and their checked form is plain data", () => {
  for (const yaml of shipped) {
    const policy = checkedOf(yaml);
    expect(policy.name).toBe("consumer-loans");
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  }
});

test("the default policy is the lender's business rules", () => {
  const policy = checkedOf(shipped[0] ?? "");
  expect(policy.inputs.map(({ name }) => name)).toEqual(["credit_score", "loan_amount"]);
  expect(policy).toMatchObject({
    features: [],
    reasons: {},
    fraud: [{ id: "risky-transaction", reason: "Risky transaction" }],
    risk: [{ level: "Low" }, { level: "Medium" }, { level: "High" }],
    approval: [{ id: "fraud" }, { id: "high-risk" }, { id: "instant" }, { id: "review" }],
    transactions: {
      fraud: [
        { id: "card-testing" },
        { id: "velocity" },
        { id: "amount-spike" },
        { id: "many-locations" },
        { id: "many-devices" },
      ],
    },
  });
});

test("a problem is one line: file, line, column, clause, what is wrong and what to do", () => {
  const [fraud = ""] = shipped;
  const result = checkPolicy(fraud.replace("credit_score < 450", "credit_score < 250"), "loans.yaml");
  expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([
    "loans.yaml:5:62 fraud clause risky-transaction: this is never true: credit_score is 300 to 850, the constant is 250; compare with a value within the bounds, or remove the comparison",
  ]);
  expect(result.ok ? [] : result.problems).toMatchObject([
    { line: 5, column: 62, clause: "fraud clause risky-transaction" },
  ]);
});

test("all problems of a document are told at once, in its order", () => {
  const yaml = `policy: Consumer Loans
inputz: {}
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  gender: { type: string, optional: true }
scorecard:
  id: points
  base: 400.125
  characteristics:
    - { input: dti, bins: [{ other: true, points: 1 }] }
reasons:
  nope: { weight: 1 }
applications:
  features:
    spent: { sum: loan_amount, window: 1h }
  fraud:
    - { id: risky, when: "dti > 40 && spent > 3", reason: x }
  risk:
    - { level: Low, when: "credit_score = 700" }
  approval:
    - { status: Rejected, when: "points > 3" }
`;
  expect(problemsOf(yaml).map((problem) => problem.split(";")[0])).toEqual([
    "1:9 policy is not a name",
    "2:1 `inputz` is not a key here",
    "5:3 input gender: `gender` is a prohibited basis, sex (ECOA, 15 U.S.C. 1691(a)",
    "8:9 scorecard points: base has more than 2 decimals",
    "10:27 scorecard points dti: no bin fits a missing value",
    "12:3 reasons: `nope` is not known here",
    "15:12 feature spent: a sum needs a `cap`, to which it is clamped",
    "17:27 fraud clause risky: `dti` may be missing here",
    "19:7 risk: the last clause of risk has a `when`, so that none may hold",
    "19:41 risk clause risk.1: `=` is not a comparison",
    "21:7 approval: the last clause of approval has a `when`, so that none may hold",
    "21:7 approval clause approval.1: Rejected needs a `reason`",
  ]);
});

describe("whatever the text", () => {
  const token = fc.constantFrom(
    ..."credit_score loan_amount is_fraud risk_level device_id applicant_age has( ( ) [ ] { } && || ! - + * / == != < <= > >= , 1 600 15000.25 1e3 0x1 'x' 'High' true null ? : . .. \\ ' \" 😀 constructor __proto__ = and 9007199254740993 0.0000000001 r'x' u".split(
      " ",
    ),
    " in ",
    " ",
    "\n",
  );
  const yamlToken = fc.constantFrom(
    "\n",
    "  ",
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!str ",
    "null",
    "~",
    "constructor: 1",
    "__proto__: 1",
    "? ",
    "|\n",
    "%",
    "\t",
    "\0",
    "\ud800",
  );

  /** Problems, or a policy that is plain data; anything else fails. */
  function soundly(yaml: string): void {
    const result = checkPolicy(yaml, "policy.yaml");
    if (result.ok) {
      expect(JSON.parse(JSON.stringify(result.policy))).toEqual(result.policy);
      return;
    }
    expect(result.problems.length).toBeGreaterThan(0);
    const ends = yaml.split("\n").length;
    for (const { line, column, message, fix } of result.problems) {
      expect(line >= 1 && line <= ends && column >= 1).toBe(true);
      expect(`${message}${fix}`).not.toMatch(/undefined|NaN|Invalid|\[object/);
    }
  }

  test("of an expression, checking ends in a policy or in problems", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join("")),
          fc.string({ unit: "binary", maxLength: 40 }),
        ),
        (when) => {
          soundly(`policy: loans
applications:
  risk: [{ level: Low }]
  approval: [{ status: Approved, when: ${JSON.stringify(when)} }, { status: Under Review, reason: LOAN_PURPOSE }]
`);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("of a document, checking ends in a policy or in problems", { timeout: 60_000 }, () => {
    const edits = fc.array(fc.tuple(fc.nat(3000), fc.nat(8), fc.oneof(token, yamlToken, fc.string({ maxLength: 5 }))), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...shipped), fc.string({ unit: "binary", maxLength: 60 })),
        edits,
        (text, changes) => {
          let yaml = text;
          for (const [at, removed, added] of changes) {
            const from = at % (yaml.length + 1);
            yaml = yaml.slice(0, from) + added + yaml.slice(from + removed);
          }
          soundly(yaml);
        },
      ),
      { numRuns: 200 },
    );
  });
});
