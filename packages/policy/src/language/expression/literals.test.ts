import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionOf } from "../testing/documents.ts";
import { readLiteral } from "./literals.ts";
import { parseExpression } from "./syntax.ts";

function literalOf(text: string) {
  const syntax = parseExpression(text, (_, message) => {
    throw new Error(message);
  });
  if (!syntax) throw new Error("the text parses");
  return readLiteral(syntax.root, syntax);
}

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });

test("a number is exactly what its digits say, however many a double would lose", () => {
  fc.assert(
    fc.property(digits(1, 18), digits(0, 15), fc.boolean(), (whole, fraction, isNegative) => {
      const text = `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
      const literal = literalOf(text);
      if (!("kind" in literal) || literal.kind !== "number") throw new Error(`${text} is a number`);
      const scaled = literal.value.scaledBy(15);
      expect(scaled).toBe((isNegative ? -1n : 1n) * BigInt(whole + fraction.padEnd(15, "0")));
    }),
    { numRuns: 2000 },
  );
});

test("0.1 and 9007199254740993, which no double is, are read exactly or not at all", () => {
  expect(literalOf("0.1")).toMatchObject({ value: { unscaled: 1n, scale: 1 } });
  expect(literalOf("9007199254740993")).toMatchObject({ value: { unscaled: 9007199254740993n } });
  expect(literalOf("0.10000000000000000000000000000000000000001")).toHaveProperty("message");
});

test("a string is its characters between the quotes, of any script", () => {
  const text = fc
    .string({ unit: "grapheme", maxLength: 40 })
    .filter((value) => !/['\\\0\n]|\p{Surrogate}/u.test(value));
  fc.assert(
    fc.property(text, (value) => {
      expect(literalOf(`'${value}'`)).toEqual({ kind: "string", value });
    }),
  );
});

test("a literal is read at its own place, after brackets, signs and other scripts", () => {
  expect(conditionOf("channel == '😀' && (((term))) > ((7)) && balance > -(-2.50)")).toMatchObject({
    operands: [{ right: { value: "😀" } }, { right: { value: 7 } }, { right: { value: 25, type: { scale: 1 } } }],
  });
  // The parser drops double signs.
  expect(conditionOf("balance > --1.5")).toMatchObject({ right: { value: 15 } });
  expect(conditionOf("balance -1.5 > 0")).toMatchObject({ left: { operator: "-", right: { value: 15 } } });
});
