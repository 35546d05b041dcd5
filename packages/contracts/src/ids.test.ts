import { describe, expect, test } from "vitest";
import { Identifier } from "./ids.ts";

function problemOf(value: unknown): string {
  const result = Identifier.safeParse(value);
  return result.success ? `accepted as ${result.data}` : (result.error.issues[0]?.message ?? "");
}

test('7, 7.0 and "7" are one customer', () => {
  expect(["7", "7.0", '"7"'].map((json) => Identifier.parse(JSON.parse(json)))).toEqual(["7", "7", "7"]);
});

test.each([
  ["a letter", "A"],
  ["64 characters", "x".repeat(64)],
  ["every allowed sign", "a-Z_0.9:"],
  ["the largest exact integer", Number.MAX_SAFE_INTEGER],
  ["a negative integer", -12],
  ["leading zeros, which stay", "007"],
])("an id may be %s", (_, value) => {
  expect(Identifier.parse(value)).toBe(String(value));
});

test("minus zero is zero", () => {
  expect(Identifier.parse(JSON.parse("-0"))).toBe("0");
});

describe("refused", () => {
  test("an integer beyond 2^53-1 is refused with the advice to send a string, since JSON has merged two customers", () => {
    expect(JSON.parse("9007199254740993")).toBe(JSON.parse("9007199254740992"));
    for (const json of ["9007199254740993", "-9007199254740993", "1e300"]) {
      expect(problemOf(JSON.parse(json))).toBe(
        "is an integer beyond 2^53-1, whose last digits are lost in JSON; send a string",
      );
    }
    expect(Identifier.parse("9007199254740993")).toBe("9007199254740993");
  });

  test.each(["", " 7", "7 ", "7\n", "a/b", "é", "x".repeat(65), "a\0", "’", "７"])(
    "the string %j is refused with the allowed characters",
    (value) => {
      expect(problemOf(value)).toMatch(/^is the string ".*; send 1-64 characters of A-Z a-z 0-9 _ \. : -$/);
    },
  );

  test.each([
    [1.5, "is 1.5; send an integer or a string"],
    [true, "is true; send an integer or a string"],
    [null, "is null; send an integer or a string"],
    [[7], "is an array; send an integer or a string"],
    [{ id: 7 }, "is an object; send an integer or a string"],
  ])("%j is refused with what came and what to send", (value, problem) => {
    expect(problemOf(value)).toBe(problem);
  });
});
