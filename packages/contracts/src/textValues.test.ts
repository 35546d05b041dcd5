import { expect, test } from "vitest";
import { creditScoreOfText, flagOfText, readTextValues } from "./textValues.ts";

test.each([
  ["712", 712],
  ["712.0", 712],
  ["0712", 712],
  ["712.5", undefined],
  ["-712", undefined],
  [" 712", undefined],
  ["7e2", undefined],
  ["", undefined],
  [712, undefined],
  [null, undefined],
])("%j as a credit score is %j", (value, score) => {
  expect(creditScoreOfText(value)).toBe(score);
});

test.each([
  ["True", true],
  ["TRUE", true],
  ["1", true],
  ["1.0", true],
  [1, true],
  ["false", false],
  ["0", false],
  [0, false],
  [2, undefined],
  ["yes", undefined],
  ["", undefined],
  [true, undefined],
  [["true"], undefined],
])("%j as a flag is %j", (value, flag) => {
  expect(flagOfText(value)).toBe(flag);
});

test("what came is left as it was, fields that the contract does not know included", () => {
  const input = JSON.parse('{"credit_score":"700","is_fraud":"","risk_level":"","__proto__":{"credit_score":1}}');
  const before = structuredClone(input);
  const { record, textValues } = readTextValues(input);
  expect(textValues).toEqual(["credit_score"]);
  expect(Object.entries(record)).toEqual([
    ["credit_score", 700],
    ["is_fraud", null],
    ["risk_level", null],
    ["__proto__", { credit_score: 1 }],
  ]);
  expect(input).toEqual(before);
});
