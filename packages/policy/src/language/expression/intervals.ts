import { type ComparisonOperator, exactMax, type NumberType } from "../../ir.ts";
import { formatScaled, powerOfTen } from "../decimal.ts";

/** Decimals of any step of a computation at most: 10^15 is the largest power of ten below 2^53. */
const stepScaleMax = 15;

type Interval = { readonly scale: number; readonly min: bigint; readonly max: bigint };

function intervalOf({ scale, min, max }: NumberType): Interval {
  return { scale, min: BigInt(min), max: BigInt(max) };
}

/** The type with these bounds; undefined when a value in it is beyond what a double holds exactly. */
function typeOf({ scale, min, max }: Interval): NumberType | undefined {
  const limit = BigInt(exactMax);
  if (scale > stepScaleMax || min < -limit || max > limit) return undefined;
  return { kind: "number", scale, min: Number(min), max: Number(max) };
}

function aligned(interval: Interval, scale: number): Interval {
  const factor = powerOfTen(scale - interval.scale);
  return { scale, min: interval.min * factor, max: interval.max * factor };
}

/** Both at the larger scale of the two; undefined when a value does not stay exact there. */
export function align(left: NumberType, right: NumberType): [NumberType, NumberType] | undefined {
  const scale = Math.max(left.scale, right.scale);
  const first = typeOf(aligned(intervalOf(left), scale));
  const second = typeOf(aligned(intervalOf(right), scale));
  return first && second && [first, second];
}

/** The type of `left operator right`; undefined when a value in between or at the end does not stay exact. */
export function arithmeticType(operator: "+" | "-" | "*", left: NumberType, right: NumberType): NumberType | undefined {
  if (operator === "*") {
    const [a, b] = [intervalOf(left), intervalOf(right)];
    const products = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max].sort((x, y) => (x < y ? -1 : 1));
    return typeOf({ scale: a.scale + b.scale, min: products[0] ?? 0n, max: products[3] ?? 0n });
  }
  const both = align(left, right);
  if (!both) return undefined;
  const [a, b] = [intervalOf(both[0]), intervalOf(operator === "+" ? both[1] : negativeType(both[1]))];
  return typeOf({ scale: a.scale, min: a.min + b.min, max: a.max + b.max });
}

/** The type of `-operand`. */
export function negativeType({ scale, min, max }: NumberType): NumberType {
  // Subtracted from zero, so that zero stays without a sign.
  return { kind: "number", scale, min: 0 - max, max: 0 - min };
}

/** Whether the bounds alone say how a comparison of aligned numbers always comes out; undefined when they do not. */
export function foregone(operator: ComparisonOperator, left: NumberType, right: NumberType): boolean | undefined {
  switch (operator) {
    case "<":
      return left.max < right.min ? true : left.min >= right.max ? false : undefined;
    case "<=":
      return left.max <= right.min ? true : left.min > right.max ? false : undefined;
    case ">":
      return foregone("<", right, left);
    case ">=":
      return foregone("<=", right, left);
    case "==":
      if (left.max < right.min || right.max < left.min) return false;
      return left.min === left.max && right.min === right.max ? true : undefined;
    case "!=": {
      const equal = foregone("==", left, right);
      return equal === undefined ? undefined : !equal;
    }
  }
}

/** `300 to 850`: the bounds in major units. */
export function boundsOf({ scale, min, max }: NumberType): string {
  return min === max ? formatScaled(min, scale) : `${formatScaled(min, scale)} to ${formatScaled(max, scale)}`;
}
