import type { ComparisonOperator, Expr, ValueType } from "../ir.ts";

type Comparison = Extract<Expr, { kind: "comparison" }>;
type Constant = Extract<Expr, { kind: "constant" }>;
export type NumberConstant = Constant & { readonly type: { readonly kind: "number" }; readonly value: number };

const opposites: Record<ComparisonOperator, ComparisonOperator> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};
/** The operator that says the same with its sides changed. */
export const mirrored: Record<ComparisonOperator, ComparisonOperator> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** The comparison that holds exactly where this one does not. */
export function opposite(comparison: Comparison): Comparison {
  return { ...comparison, operator: opposites[comparison.operator] };
}

/** The type of an expression's value. */
export function typeOf(expr: Expr): ValueType {
  return "type" in expr ? expr.type : { kind: "boolean" };
}

/** Inputs, features and the scorecard's total that an expression names, each once, in order of appearance. */
export function namesOf(expr: Expr): string[] {
  const names = new Set<string>();
  walk(expr, (part) => {
    if (part.kind === "input" || part.kind === "feature" || part.kind === "points" || part.kind === "has") {
      names.add(part.name);
    }
  });
  return [...names];
}

/** Calls `visit` with an expression and all its parts, from left to right. */
export function walk(expr: Expr, visit: (part: Expr) => void): void {
  visit(expr);
  for (const part of partsOf(expr)) walk(part, visit);
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "negative":
    case "in":
    case "not":
      return [expr.operand];
    case "arithmetic":
    case "comparison":
      return [expr.left, expr.right];
    case "and":
    case "or":
      return expr.operands;
    default:
      return [];
  }
}

export function isConstant(expr: Expr): expr is Constant {
  return expr.kind === "constant";
}

export function isNumberConstant(expr: Expr): expr is NumberConstant {
  return isConstant(expr) && expr.type.kind === "number";
}

/** A comparison of something with a numeric constant, turned so that the constant stands on the right. */
export type Bound = {
  readonly operand: Expr;
  readonly operator: ComparisonOperator;
  readonly constant: NumberConstant;
};

/** The comparison as a bound; undefined where neither side, or both, are numeric constants. */
export function boundOf(expr: Expr): Bound | undefined {
  if (expr.kind !== "comparison") return undefined;
  const { left, right, operator } = expr;
  if (isNumberConstant(left) === isNumberConstant(right)) return undefined;
  if (isNumberConstant(right)) return { operand: left, operator, constant: right };
  if (isNumberConstant(left)) return { operand: right, operator: mirrored[operator], constant: left };
  return undefined;
}

/** Compares two scaled constants: negative, zero or positive. Exact at any scale. */
export function compareConstants(a: NumberConstant, b: NumberConstant): number {
  const left = BigInt(a.value) * 10n ** BigInt(b.type.scale);
  const right = BigInt(b.value) * 10n ** BigInt(a.type.scale);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
