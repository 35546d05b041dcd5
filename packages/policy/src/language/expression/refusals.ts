import type { Refusal } from "../prohibited.ts";
import type { Node } from "./syntax.ts";

const operators: ReadonlyMap<string, Refusal> = new Map([
  [
    "_?_:_",
    {
      message: "the conditional `? :` is not part of the language",
      fix: "write two clauses, or test && a || !test && b",
    },
  ],
  [
    "_/_",
    {
      message: "division is not part of the language: it does not come out even",
      fix: "multiply the other side: a > 4 * b instead of a / b > 4",
    },
  ],
  ["_%_", { message: "the remainder `%` is not part of the language", fix: "send it as an input of its own" }],
  ["_[_]", { message: "indexing is not part of the language", fix: "name an attribute by its bare name" }],
]);

/** Why a form of CEL is not part of the language, by its name. */
export function refusalOf({ exprKind }: Node): Refusal {
  switch (exprKind.case) {
    case "selectExpr": {
      const { field } = exprKind.value;
      return { message: `\`.${field}\` is a field of a field`, fix: "write bare names, such as applicant_age or dti" };
    }
    case "structExpr":
      return { message: "maps and messages are not part of the language", fix: "compare inputs one by one" };
    case "listExpr":
      return { message: "a list stands to the right of `in` only", fix: "write name in [1, 2]" };
    case "comprehensionExpr":
      return {
        message: "macros such as all() and exists() are not part of the language",
        fix: "write a feature or `in`",
      };
    case "callExpr": {
      const { function: called } = exprKind.value;
      const known = operators.get(called);
      if (known) return known;
      const what = `the function \`${called}()\``;
      return {
        message: `${what} is not part of the language`,
        fix: "write comparisons, &&, ||, !, in, has(), +, - and *",
      };
    }
    default:
      return { message: "this is not part of the language", fix: "write a comparison such as credit_score >= 600" };
  }
}
