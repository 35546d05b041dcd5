import type { ComparisonOperator, Expr, NumberType, Scalar } from "../../ir.ts";
import { formatScaled, powerOfTen } from "../decimal.ts";
import type { Refusal } from "../prohibited.ts";
import { nearest } from "../suggest.ts";
import { align, boundsOf, foregone } from "./intervals.ts";
import { alignmentRefusal, isNumber, type NumberOperand, type Operand, shownString } from "./operands.ts";

/** `left operator right`, or why it decides nothing or cannot be exact. */
export function comparison(operator: ComparisonOperator, left: Operand, right: Operand): Expr | Refusal {
  const expr: Expr = { kind: "comparison", operator, left: left.expr, right: right.expr };
  if (left.type.kind !== right.type.kind) {
    return {
      message: `a ${left.type.kind} is compared with a ${right.type.kind}`,
      fix: "compare values of one type; strings stand in quotes, numbers do not",
    };
  }
  if (left.expr.kind === "constant" && right.expr.kind === "constant") {
    return { message: "two constants are compared", fix: "name an input on one side" };
  }
  if (isNumber(left) && isNumber(right)) return numberRefusal(operator, left, right) ?? expr;
  if (operator !== "==" && operator !== "!=") {
    return {
      message: `a ${left.type.kind} has no order for \`${operator}\``,
      fix: "write ==, != or in; number what has an order",
    };
  }
  return stringRefusal(left, right) ?? stringRefusal(right, left) ?? expr;
}

function numberRefusal(operator: ComparisonOperator, left: NumberOperand, right: NumberOperand): Refusal | undefined {
  const equality = operator === "==" || operator === "!=";
  const finer = equality ? (finerConstant(left, right) ?? finerConstant(right, left)) : undefined;
  if (finer) return finer;
  const both = align(left.type, right.type);
  if (!both) return alignmentRefusal;
  const outcome = foregone(operator, ...both);
  if (outcome === undefined) return undefined;
  return {
    message: `this is never ${!outcome}: ${ranged(left)}, ${ranged(right)}`,
    fix: "compare with a value within the bounds, or remove the comparison",
  };
}

/** `credit_score is 300 to 850`: a side of a comparison with its bounds. */
function ranged({ expr, type }: NumberOperand): string {
  const side = "name" in expr ? expr.name : expr.kind === "constant" ? "the constant" : "the computation";
  return `${side} is ${boundsOf(type)}`;
}

/** A constant with more decimals than the other side is equal to none of its values. */
function finerConstant({ expr, type }: NumberOperand, other: NumberOperand): Refusal | undefined {
  if (expr.kind !== "constant" || type.scale <= other.type.scale) return undefined;
  return {
    message: `${formatScaled(type.min, type.scale)} is never equal: the other side has ${other.type.scale} decimals`,
    fix: `write at most ${other.type.scale} decimals`,
  };
}

function stringRefusal({ expr }: Operand, { values }: Operand): Refusal | undefined {
  return expr.kind === "constant" && typeof expr.value === "string" ? neverRefusal(expr.value, values) : undefined;
}

/** Why no value is ever this string: an absent text is missing and never empty. */
function neverRefusal(value: string, values: readonly string[] | undefined): Refusal | undefined {
  if (value === "") return { message: "no text is ever empty", fix: "write has(name) or !has(name)" };
  if (!values || values.includes(value)) return undefined;
  const near = nearest(value, values);
  const choices = near === undefined ? `one of ${values.map(shownString).join(", ")}` : shownString(near);
  return { message: `${shownString(value)} is none of the values that it can have`, fix: `write ${choices}` };
}

/** `operand in values`, or the place in the list of what is wrong with it: `undefined` for the list as a whole. */
export function membership(
  operand: Operand,
  constants: readonly Operand[],
): Expr | { readonly index: number | undefined; readonly refusal: Refusal } {
  const values: Scalar[] = [];
  for (const [index, constant] of constants.entries()) {
    const value = memberOf(operand, constant);
    if (typeof value === "object") return { index, refusal: value };
    if (values.includes(value)) {
      return { index, refusal: { message: "a value is listed twice", fix: "list each value once" } };
    }
    values.push(value);
  }
  if (values.length < domainSize(operand)) return { kind: "in", operand: operand.expr, values };
  const refusal = { message: "the list holds every value there is", fix: "remove the test, or a value" };
  return { index: undefined, refusal };
}

function domainSize({ type, values }: Operand): number {
  if (type.kind === "number") return type.max - type.min + 1;
  return values?.length ?? Number.POSITIVE_INFINITY;
}

function memberOf(operand: Operand, constant: Operand): Scalar | Refusal {
  if (operand.type.kind !== constant.type.kind || constant.expr.kind !== "constant") {
    const message = `a ${constant.type.kind} is listed for a ${operand.type.kind}`;
    return { message, fix: `list ${operand.type.kind}s` };
  }
  if (typeof constant.expr.value === "string") {
    return neverRefusal(constant.expr.value, operand.values) ?? constant.expr.value;
  }
  return isNumber(operand) && isNumber(constant) ? scaledMember(operand.type, constant) : constant.expr.value;
}

function scaledMember(type: NumberType, constant: NumberOperand): number | Refusal {
  const finer = finerConstant(constant, { expr: constant.expr, type });
  if (finer) return finer;
  const scaled = BigInt(constant.type.min) * powerOfTen(type.scale - constant.type.scale);
  if (scaled >= type.min && scaled <= type.max) return Number(scaled);
  const shown = formatScaled(constant.type.min, constant.type.scale);
  return { message: `${shown} is never met: the values are ${boundsOf(type)}`, fix: "list values within the bounds" };
}
