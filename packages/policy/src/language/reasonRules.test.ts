import { reasonCodes, reasons } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { checkedOf, inputs, marked, problemsOf } from "./testing/documents.ts";

function documentOf(rules: string): string {
  return `policy: loans
${inputs}
scorecard: { id: points, base: 0, characteristics: [{ input: term, bins: [{ other: true, points: 1 }] }] }
reasons:
  ${rules}
applications:
  features: { seen: { count: true, window: 1h } }
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`;
}

test("inputs, fields, windows and the scorecard's total have reasons", () => {
  const rules = `dti: { code: DEBT_TO_INCOME_TOO_HIGH, weight: 10 }
  credit_score: { code: CREDIT_SCORE_TOO_LOW }
  seen: { weight: 3 }
  points: { code: SCORECARD_POINTS_TOO_LOW, weight: 0 }`;
  expect(checkedOf(documentOf(rules)).reasons).toEqual({
    dti: { code: "DEBT_TO_INCOME_TOO_HIGH", weight: 10 },
    credit_score: { code: "CREDIT_SCORE_TOO_LOW", weight: 0 },
    seen: { weight: 3 },
    points: { code: "SCORECARD_POINTS_TOO_LOW", weight: 0 },
  });
});

test("a reason alone does not make an input one that the policy names", () => {
  expect(checkedOf(documentOf("dti: { weight: 3 }")).inputs.map(({ name }) => name)).toEqual(["term"]);
});

test.each([
  ["§dtii: { weight: 3 }", "`dtii` is not known here; write `dti`"],
  [
    "dti: { code: §DEBT_TO_INCOME_TOO_HGIH }",
    'code is the text "DEBT_TO_INCOME_TOO_HGIH"; write `DEBT_TO_INCOME_TOO_HIGH`',
  ],
  ["dti: { weight: §1.5 }", "weight is the number 1.5; write an integer from 0 to 1000000"],
  ["dti: { weight: §-1 }", "weight is the number -1; write an integer from 0 to 1000000"],
  ["dti: §{}", "`dti` has neither code nor weight; add one"],
  [
    "§is_fraud: { weight: 3 }",
    "`is_fraud` is what these clauses decide: only approval clauses may name it; name the inputs themselves, or write an approval clause",
  ],
  [
    "§applicant_gender: { weight: 3 }",
    "`applicant_gender` is a prohibited basis, sex (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b)); remove it: credit is decided without it",
  ],
  ["§__proto__: { weight: 3 }", expect.stringContaining("`__proto__` is not known here")],
])("`%s` is told at its mark", (rules, problem) => {
  const { yaml, place } = marked(documentOf(rules));
  const found = problemsOf(yaml);
  expect(found).toHaveLength(1);
  expect(found[0]?.startsWith(`${place} reasons: `)).toBe(true);
  expect(found[0]?.slice(`${place} reasons: `.length)).toEqual(problem);
});

test("no internal code ever stands for a customer's reason", () => {
  for (const code of reasonCodes) {
    const found = problemsOf(documentOf(`dti: { code: ${code} }`));
    expect(found, code).toEqual(
      reasons[code].internal
        ? [expect.stringContaining(`${code} is internal: a customer has no wording of it`)]
        : ["clean"],
    );
  }
});
