import { describe, expect, test } from "vitest";
import { isUnstorable, nameOf, shownName, text } from "./text.ts";

const unstorable = ["\0", "a\0b", "\ud800", "a\udfff", "\ude00\ud83d"];

test.each(unstorable)("%j is refused, since no store can keep it", (value) => {
  expect(isUnstorable(value)).toBe(true);
  expect(text(10).safeParse(value).error?.issues[0]?.message).toMatch(/^holds U\+0000 or a lone surrogate/);
});

test.each(["😀", "Zoë", "\t\n", "\u{10ffff}", "\u202e"])("%j is kept as it is", (value) => {
  expect(text(10).parse(value)).toBe(value);
});

test("a text has one character at least and its bound at most", () => {
  const problems = ["", "x", "x".repeat(10), "x".repeat(11)].map(
    (value) => text(10).safeParse(value).error?.issues[0]?.message,
  );
  expect(problems).toEqual([
    "is empty; leave the field out or send a value",
    undefined,
    undefined,
    "is longer than 10 characters",
  ]);
});

describe("words for a message", () => {
  test.each([
    [undefined, "missing"],
    [null, "null"],
    [[1], "an array"],
    [{}, "an object"],
    ["abc", 'the string "abc"'],
    [-5, "-5"],
    [false, "false"],
  ])("%j is called %s", (value, name) => {
    expect(nameOf(value)).toBe(name);
  });

  test("a long string is quoted by its beginning", () => {
    expect(nameOf("x".repeat(1_000_000))).toBe(`the string "${"x".repeat(40)}…"`);
  });

  test("what is quoted can always be stored", () => {
    const quoted = [...unstorable, `${"x".repeat(39)}😀`].map(nameOf);
    expect(quoted.filter(isUnstorable)).toEqual([]);
  });

  test("a sender's field name is shown bounded and without characters that no store can keep", () => {
    expect(shownName("annual_income")).toBe("annual_income");
    expect(shownName("a\0b\ud800")).toBe("a\ufffdb\ufffd");
    const cut = shownName(`${"x".repeat(63)}😀${"y".repeat(1_000_000)}`);
    expect(cut).toBe(`${"x".repeat(63)}\ufffd…`);
  });
});
