import { expect, test } from "vitest";
import { ApiKeyList, integer } from "./settings.ts";

test("keys are split at commas and each is judged", () => {
  expect(ApiKeyList.parse("one-key-0123456789, two-key-0123456789")).toEqual([
    { key: "one-key-0123456789" },
    { key: "two-key-0123456789" },
  ]);
  for (const keys of ["short", "one-key-0123456789,", "key with spaces 012345", "one-key-0123456789,short"]) {
    expect(ApiKeyList.safeParse(keys).success).toBe(false);
  }
});

test("a key may have an end: a moment, or the end of a day in UTC", () => {
  expect(
    ApiKeyList.parse("one-key-0123456789@2027-03-31, two-key-0123456789@2027-03-31T12:00:00Z,key-0123456789+/=="),
  ).toEqual([
    { key: "one-key-0123456789", endMs: Date.UTC(2027, 3, 1) },
    { key: "two-key-0123456789", endMs: Date.UTC(2027, 2, 31, 12) },
    { key: "key-0123456789+/==" },
  ]);
});

test("an end that is no date is refused with the form to write, and no key is told", () => {
  for (const end of [
    "",
    "soon",
    "2027-02-30",
    "2027-3-1",
    "31.03.2027",
    "2027-03-31T12:00:00",
    "2027-03-31@2028-01-01",
  ]) {
    const { error } = ApiKeyList.safeParse(`secret-key-0123456789@${end}`);
    const words = error?.issues.map(({ message }) => message).join("\n");
    expect(words).toMatch(/^holds a key whose end is no date in UTC; write it as key@2027-03-31 or/);
    expect(words).not.toContain("secret");
  }
  expect(ApiKeyList.safeParse("short@2027-03-31").error?.issues[0]?.message).toContain("fewer than 16 characters");
});

test("an integer is read from text and kept within its bounds", () => {
  expect(integer(1, 10).parse("10")).toBe(10);
  for (const text of ["0", "11", "1.5", "ten"]) expect(integer(1, 10).safeParse(text).success).toBe(false);
});
