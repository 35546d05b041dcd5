import fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal, formatScaled } from "./decimal.ts";

test.each([
  ["15000.00", 15_000n, 0],
  ["-0.50", -5n, 1],
  [".5", 5n, 1],
  ["007", 7n, 0],
  ["-0", 0n, 0],
  ["0.000", 0n, 0],
])("%s is read from its digits", (text, unscaled, scale) => {
  expect(Decimal.read(text)).toEqual({ unscaled, scale });
});

test.each(["", "-", ".", "5.", "1e3", "0x1", "+1", "1_000", "１", " 1", "1 ", "NaN", "9".repeat(41)])(
  "%j is no decimal",
  (text) => {
    expect(Decimal.read(text)).toBeUndefined();
  },
);

test("a decimal is scaled exactly, or not at all", () => {
  const value = new Decimal(123n, 2);
  expect([value.scaledBy(1), value.scaledBy(2), value.scaledBy(6)]).toEqual([undefined, 123n, 1_230_000n]);
});

test("what is formatted is read back as the same number", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(15), (unscaled, scale) => {
      const value = new Decimal(unscaled, scale);
      expect(Decimal.read(formatScaled(unscaled, scale))).toEqual(value);
      expect(Decimal.read(String(value))).toEqual(value);
    }),
  );
  expect(formatScaled(-5, 2)).toBe("-0.05");
});
