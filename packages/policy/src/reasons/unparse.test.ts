import { describe, expect, test } from "vitest";
import { policyWith } from "../../test/support.ts";
import type { Expr } from "../ir.ts";
import { unparse } from "./unparse.ts";

function parsed(when: string): Expr {
  const approval = `{ id: a, status: Approved, when: ${JSON.stringify(when)} }
    { id: b, status: Rejected, reason: LOAN_PURPOSE }`;
  return policyWith({ approval }).approval[0]?.when as Expr;
}

describe("an expression is written as the policy's language has it", () => {
  test.each([
    "loan_amount > 15000",
    "loan_amount > 15000.5",
    "15000 < loan_amount",
    "annual_income - loan_amount < -0.05",
    "has(dti) && dti > 40",
    "!has(dti) || !(dti > 40)",
    "term > 1 && (term < 9 || term > 20)",
    "term > 1 || term < 9 && term > 20",
    "!(term in [12, 24])",
    "has(purpose) && purpose in ['car', 'house']",
    "has(employed) && !employed",
    "is_fraud || risk_level == 'High'",
    "(credit_score + term) * 2 > 900",
    "credit_score - (term - 2) > 450",
    "credit_score - term - 2 > 450",
    "-term + credit_score > 450",
    "-(term + 2) + credit_score > 450",
    "4 * loan_amount < annual_income",
  ])("%s", (when) => {
    expect(unparse(parsed(when))).toBe(when);
  });

  test("parentheses that change nothing are left out, and numbers lose needless zeros", () => {
    expect(unparse(parsed("((term) > (1)) && (loan_amount > 15000.50)"))).toBe("term > 1 && loan_amount > 15000.5");
  });
});

test("a string stands in the quotes that it does not hold, and reads as the same one", () => {
  const when = `has(score_model) && score_model in ["it's", 'say "x"']`;
  expect(unparse(parsed(when))).toBe(when);
  expect(parsed(unparse(parsed(when)))).toEqual(parsed(when));
});
