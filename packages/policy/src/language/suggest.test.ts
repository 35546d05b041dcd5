import { expect, test } from "vitest";
import { listed, nearest } from "./suggest.ts";

test.each([
  ["credt_score", "credit_score"],
  ["Credit_Score", "credit_score"],
  ["mni", "min"],
  ["laon_amount", "loan_amount"],
  ["xyzzy", undefined],
  ["", undefined],
  ["x".repeat(70), undefined],
])("%j is meant as %j", (word, candidate) => {
  expect(nearest(word, ["credit_score", "loan_amount", "min", "max", `${"x".repeat(69)}y`])).toBe(candidate);
});

test("of two near words the nearer is suggested, of two equally near the first", () => {
  expect(nearest("grades", ["trades", "grade"])).toBe("trades");
  expect(nearest("code", ["node", "core"])).toBe("node");
});

test("choices are listed in words", () => {
  expect([listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")]).toEqual([
    "`a`",
    "`a` or `b`",
    "`a`, `b` and `c`",
  ]);
});
