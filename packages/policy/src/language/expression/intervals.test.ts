import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ComparisonOperator, exactMax, type NumberType } from "../../ir.ts";
import { powerOfTen } from "../decimal.ts";
import { align, arithmeticType, boundsOf, foregone, negativeType } from "./intervals.ts";

const typed = (scale: number, min: number, max: number): NumberType => ({ kind: "number", scale, min, max });

/** A type and a value in it. */
const valued = fc
  .tuple(
    fc.nat(6),
    fc.maxSafeInteger(),
    fc.maxSafeInteger(),
    fc.maxSafeInteger(),
    fc.constantFrom(1, 1e3, 1e6, 1e9, 1e12),
  )
  .map(([scale, a, b, c, divisor]) => {
    const [min = 0, value = 0, max = 0] = [a, b, c].map((each) => Math.trunc(each / divisor)).sort((x, y) => x - y);
    return { type: typed(scale, min, max), value };
  });

function exactly(operator: "+" | "-" | "*", a: bigint, b: bigint): bigint {
  if (operator === "*") return a * b;
  return operator === "+" ? a + b : a - b;
}

test("a result that the type admits stays exact in doubles, step by step, and within the type's bounds", () => {
  let admitted = 0;
  fc.assert(
    fc.property(fc.constantFrom("+", "-", "*"), valued, valued, (operator, left, right) => {
      const type = arithmeticType(operator, left.type, right.type);
      if (!type) return;
      admitted += 1;
      const shift = (from: number) =>
        operator === "*" ? 1 : 10 ** (Math.max(left.type.scale, right.type.scale) - from);
      const [a, b] = [left.value * shift(left.type.scale), right.value * shift(right.type.scale)];
      const double = operator === "*" ? a * b : operator === "+" ? a + b : a - b;
      const exact = exactly(
        operator,
        BigInt(left.value) * BigInt(shift(left.type.scale)),
        BigInt(right.value) * BigInt(shift(right.type.scale)),
      );
      expect(Number.isSafeInteger(double)).toBe(true);
      expect(BigInt(double)).toBe(exact);
      expect(double >= type.min && double <= type.max).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect(admitted).toBeGreaterThan(500);
});

test("bounds are reached: a type that is refused would leave 2^53-1 at one of its corners", () => {
  fc.assert(
    fc.property(fc.constantFrom("+", "-", "*"), valued, valued, (operator, { type: left }, { type: right }) => {
      const scale = operator === "*" ? left.scale + right.scale : Math.max(left.scale, right.scale);
      const lift = (value: number, from: number) => BigInt(value) * (operator === "*" ? 1n : powerOfTen(scale - from));
      const corners = [left.min, left.max].flatMap((a) =>
        [right.min, right.max].map((b) => exactly(operator, lift(a, left.scale), lift(b, right.scale))),
      );
      const inputs = [
        lift(left.min, left.scale),
        lift(left.max, left.scale),
        lift(right.min, right.scale),
        lift(right.max, right.scale),
      ];
      const isExact = [...corners, ...inputs].every((value) => value >= -BigInt(exactMax) && value <= BigInt(exactMax));
      const type = arithmeticType(operator, left, right);
      expect(type !== undefined).toBe(isExact);
      if (!type) return;
      expect(corners).toContain(BigInt(type.min));
      expect(corners).toContain(BigInt(type.max));
    }),
    { numRuns: 5000 },
  );
});

const compare: Record<ComparisonOperator, (a: number, b: number) => boolean> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

describe("a comparison is foregone", () => {
  const small = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.nat(4)).map(([min, width]) => typed(0, min, min + width));
  const valuesOf = ({ min, max }: NumberType) => Array.from({ length: max - min + 1 }, (_, index) => min + index);

  test("exactly when it comes out the same for every pair of values", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(compare) as ComparisonOperator[])),
        small,
        small,
        (operator, a, b) => {
          const outcomes = new Set(valuesOf(a).flatMap((x) => valuesOf(b).map((y) => compare[operator](x, y))));
          expect(foregone(operator, a, b)).toBe(outcomes.size === 1 ? [...outcomes][0] : undefined);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test("sides are brought to the larger scale, or refused where that is not exact", () => {
  expect(align(typed(0, 1, 5), typed(2, 1, 5))).toEqual([typed(2, 100, 500), typed(2, 1, 5)]);
  expect(align(typed(0, 0, exactMax), typed(1, 0, 1))).toBeUndefined();
  expect(align(typed(16, 0, 1), typed(0, 0, 0))).toBeUndefined();
});

test("a sign turns the bounds and leaves no negative zero", () => {
  expect(negativeType(typed(2, -5, 0))).toEqual(typed(2, 0, 5));
  expect(Object.is(negativeType(typed(0, 0, 3)).max, 0)).toBe(true);
});

test("bounds are shown in major units", () => {
  expect(boundsOf(typed(2, -50, 1_000_000))).toBe("-0.5 to 10000");
  expect(boundsOf(typed(0, 7, 7))).toBe("7");
});
