import type { Expr } from "../../ir.ts";

type Names = ReadonlySet<string>;

/** The optional inputs that are there whenever the expression comes out as `outcome`. */
export function presentWhen(expr: Expr, outcome: boolean): Names {
  switch (expr.kind) {
    case "has":
      return new Set(outcome ? [expr.name] : []);
    case "not":
      return presentWhen(expr.operand, !outcome);
    case "and":
    case "or": {
      const [first, ...others] = expr.operands.map((operand) => [...presentWhen(operand, outcome)]);
      // True together: each operand's. Either true: what all of them share.
      return (expr.kind === "and") === outcome
        ? new Set([first ?? [], ...others].flat())
        : new Set(first?.filter((name) => others.every((names) => names.includes(name))));
    }
    default:
      return new Set();
  }
}
