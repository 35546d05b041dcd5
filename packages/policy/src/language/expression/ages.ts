import type { ComparisonOperator, Expr } from "../../ir.ts";
import type { Refusal } from "../prohibited.ts";

/** Which outcome of a test of age a clause may rest on: being old enough to contract, or not being so. */
export type Capacity = "of age" | "under age" | "either";

/** Old enough to enter into a binding contract in every state (21 in Mississippi). */
const capacityAgeMax = 21;

const field = "applicant_age";

const refusal: Refusal = {
  message:
    "an applicant's age is a test of the capacity to contract only (ECOA, 15 U.S.C. 1691(a)(1); Regulation B, 12 CFR 1002.6(b)(2)(i))",
  fix: `compare it with the age of majority, at most ${capacityAgeMax}: applicant_age >= 18 approves, has(applicant_age) && applicant_age < 18 rejects`,
};

/** Tells every use of an applicant's age that is not a positive test of capacity. */
export function checkAges(
  expr: Expr,
  capacity: Capacity,
  tell: (at: Expr, refusal: Refusal) => void,
  outcome = true,
): void {
  switch (expr.kind) {
    case "and":
    case "or":
      for (const operand of expr.operands) checkAges(operand, capacity, tell, outcome);
      return;
    case "not":
      checkAges(expr.operand, capacity, tell, !outcome);
      return;
    case "comparison": {
      const found = testOf(expr);
      if (found === undefined) break;
      if (!allows(capacity, found.ofAge === outcome) || found.age > capacityAgeMax) tell(expr, refusal);
      return;
    }
  }
  if (named(expr)) tell(expr, refusal);
}

function allows(capacity: Capacity, ofAge: boolean): boolean {
  return capacity === "either" || ofAge === (capacity === "of age");
}

const turned: Partial<Record<ComparisonOperator, ComparisonOperator>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** A comparison of the age with a constant: the age it asks for, and whether it holds from there on or below. */
function testOf({ operator, left, right }: Expr & { kind: "comparison" }): { age: number; ofAge: boolean } | undefined {
  if (left.kind === "constant") {
    const other = turned[operator];
    return other && testOf({ kind: "comparison", operator: other, left: right, right: left });
  }
  if (left.kind !== "input" || left.name !== field || right.kind !== "constant" || right.type.kind !== "number") {
    return undefined;
  }
  if (turned[operator] === undefined) return undefined;
  const years = Number(right.value) / 10 ** right.type.scale;
  const strictlyAbove = operator === ">" || operator === "<=";
  return { age: strictlyAbove ? Math.floor(years) + 1 : Math.ceil(years), ofAge: operator.startsWith(">") };
}

function named(expr: Expr): boolean {
  switch (expr.kind) {
    case "input":
      return expr.name === field;
    case "negative":
    case "in":
      return named(expr.operand);
    case "arithmetic":
    case "comparison":
      return named(expr.left) || named(expr.right);
    default:
      return false;
  }
}
