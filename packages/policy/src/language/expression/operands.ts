import { type Expr, exactMax, type NumberType, type Scalar, type ValueType } from "../../ir.ts";
import type { Decimal } from "../decimal.ts";
import type { Refusal } from "../prohibited.ts";
import type { Named } from "../scope.ts";
import { arithmeticType, negativeType } from "./intervals.ts";
import type { Literal } from "./literals.ts";

/** A value within an expression: `values` are the only ones that a string can have. */
export type Operand = { readonly expr: Expr; readonly type: ValueType; readonly values?: readonly string[] };
export type NumberOperand = Operand & { readonly type: NumberType };

export function isNumber(operand: Operand): operand is NumberOperand {
  return operand.type.kind === "number";
}

const inexact = `leave the whole numbers up to 2^53-1 (${exactMax}) that are exact, counted in the smallest decimals`;

export const inexactFix = "narrow `min` and `max` of the inputs, or use fewer decimals";

/** A constant as its digits say, at its own scale. */
export function constantOf(literal: Literal): Operand | Refusal {
  if (literal.kind !== "number") {
    const type: ValueType = { kind: literal.kind };
    return { expr: { kind: "constant", type, value: literal.value }, type };
  }
  return numberConstant(literal.value) ?? { message: `${literal.value} has too many digits`, fix: "write at most 15" };
}

function numberConstant({ unscaled, scale }: Decimal): Operand | undefined {
  const value = Number(unscaled);
  if (!Number.isSafeInteger(value) || scale > 15) return undefined;
  const type: NumberType = { kind: "number", scale, min: value, max: value };
  return { expr: { kind: "constant", type, value }, type };
}

/** What a name stands for as a value; undefined where it cannot be read. */
export function namedOperand(name: string, named: Named): Operand | undefined {
  switch (named.kind) {
    case "input": {
      const { type, values } = named.input;
      return { expr: { kind: "input", name, type }, type, ...(values && { values }) };
    }
    case "feature":
      return { expr: { kind: "feature", name, type: named.feature.type }, type: named.feature.type };
    case "points":
      return { expr: { kind: "points", name, type: named.type }, type: named.type };
    case "derived": {
      const { type, values } = named;
      return { expr: { kind: "derived", name: name as "is_fraud", type }, type, ...(values && { values }) };
    }
    default:
      return undefined;
  }
}

/** `-operand`; of a constant, the constant of the other sign. */
export function negative({ expr, type }: NumberOperand): NumberOperand {
  const turned = negativeType(type);
  if (expr.kind === "constant") {
    return { expr: { kind: "constant", type: turned, value: turned.min }, type: turned };
  }
  return { expr: { kind: "negative", operand: expr, type: turned }, type: turned };
}

/** `left operator right`. */
export function arithmetic(
  operator: "+" | "-" | "*",
  left: NumberOperand,
  right: NumberOperand,
): NumberOperand | Refusal {
  const type = arithmeticType(operator, left.type, right.type);
  if (!type) return { message: `the result of \`${operator}\` can ${inexact}`, fix: inexactFix };
  return { expr: { kind: "arithmetic", operator, left: left.expr, right: right.expr, type }, type };
}

/** Why two sides of a comparison cannot be brought to one scale. */
export const alignmentRefusal: Refusal = {
  message: `the two sides have different decimals and can ${inexact}, once they are brought to the same`,
  fix: inexactFix,
};

/** `'High'`, `600` or `true`: a constant as it is written. */
export function shownString(value: Scalar): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}
