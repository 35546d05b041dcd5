import type { Expr, Input, NumberType, Scalar } from "../ir.ts";
import { namesOf } from "../reasons/expression.ts";
import type { Random } from "./random.ts";
import type { NumericComparison } from "./thresholds.ts";

/** Scaled values by input, as a vector is drawn. */
export type Drawn = Map<string, Scalar | undefined>;

/**
 * Moves one input of a comparison to where its two sides meet, or a step beside it: what a list of constants cannot reach,
 * such as `loan_amount > 0.4 * annual_income`. Leaves the values as they are where there is no such input.
 */
export function aim({ left, right }: NumericComparison, drawn: Drawn, inputs: readonly Input[], random: Random): void {
  const names = [...new Set([...namesOf(left), ...namesOf(right)])];
  const movable = inputs.filter(({ name, type }) => type.kind === "number" && names.includes(name));
  if (movable.length === 0) return;
  const input = random.pick(movable);
  const type = input.type as NumberType;
  const differenceAt = (value: number) => {
    const values = new Map(drawn).set(input.name, value);
    return amount(left, values) - amount(right, values);
  };
  // Most sides are straight lines in one input, so two points give the third.
  const [low, high] = [differenceAt(type.min), differenceAt(type.max)];
  if (!(low * high <= 0) || low === high) return;
  const meeting = type.min + ((type.max - type.min) * low) / (low - high);
  const value = Math.floor(meeting) + random.integer(-1, 2);
  if (value >= type.min && value <= type.max) drawn.set(input.name, value);
}

/** About the value of a numeric expression in major units; NaN where it reads a window, the scorecard or nothing. */
function amount(expr: Expr, drawn: Drawn): number {
  switch (expr.kind) {
    case "constant":
      return major(expr.value, expr.type as NumberType);
    case "input":
      return major(drawn.get(expr.name), expr.type as NumberType);
    case "negative":
      return -amount(expr.operand, drawn);
    case "arithmetic": {
      const [left, right] = [amount(expr.left, drawn), amount(expr.right, drawn)];
      return expr.operator === "*" ? left * right : expr.operator === "+" ? left + right : left - right;
    }
    default:
      return Number.NaN;
  }
}

function major(value: Scalar | undefined, { scale }: NumberType): number {
  return value === undefined ? Number.NaN : Number(value) / 10 ** scale;
}
