import type { CheckedPolicy, Expr, FraudRules, Scalar } from "../ir.ts";
import { typeOf, walk } from "../reasons/expression.ts";

/** A numeric comparison of a policy: where it turns, an event is worth trying. */
export type NumericComparison = Extract<Expr, { kind: "comparison" }>;

/** What a policy compares with what: numbers scaled by the input's own scale, where they come nearest. */
export type Thresholds = {
  readonly byInput: ReadonlyMap<string, ReadonlySet<Scalar>>;
  readonly comparisons: readonly NumericComparison[];
};

/** The rules whose thresholds are looked for: a policy's on applications, or those on card transactions. */
export type Rules = FraudRules & Partial<Pick<CheckedPolicy, "risk" | "approval" | "scorecard">>;

/** Every constant that an input is compared with, and every comparison of numbers. */
export function thresholdsOf({ inputs, fraud, risk = [], approval = [], scorecard }: Rules): Thresholds {
  const byInput = new Map<string, Set<Scalar>>(inputs.map(({ name }) => [name, new Set()]));
  const comparisons: NumericComparison[] = [];
  const add = (name: string, value: Scalar) => byInput.get(name)?.add(value);
  for (const clause of [...fraud, ...risk, ...approval]) {
    if (!clause.when) continue;
    walk(clause.when, (part) => {
      if (part.kind === "in" && part.operand.kind === "input") {
        for (const value of part.values) add(part.operand.name, value);
      }
      if (part.kind !== "comparison") return;
      if (typeOf(part.left).kind === "number") comparisons.push(part);
      for (const [side, other] of [
        [part.left, part.right],
        [part.right, part.left],
      ] as const) {
        if (side.kind === "input" && other.kind === "constant") add(side.name, atScaleOf(side, other));
      }
    });
  }
  for (const { source, bins } of scorecard?.characteristics ?? []) {
    for (const bin of bins) {
      if (bin.kind === "values") for (const value of bin.values) add(source.name, value);
      if (bin.kind !== "range") continue;
      for (const bound of [bin.from, bin.to]) if (bound !== undefined) add(source.name, bound);
    }
  }
  return { byInput, comparisons };
}

/** The constant on the grid of the input: rounded down where it has more decimals. */
function atScaleOf(input: Expr & { kind: "input" }, constant: Expr & { kind: "constant" }): Scalar {
  const { type, value } = constant;
  if (typeof value !== "number" || type.kind !== "number" || input.type.kind !== "number") return value;
  return Math.floor(value * 10 ** (input.type.scale - type.scale));
}
