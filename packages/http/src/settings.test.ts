import { expect, test } from "vitest";
import { ApiKeyList, integer } from "./settings.ts";

test("keys are split at commas and each is judged", () => {
  expect(ApiKeyList.parse("one-key-0123456789, two-key-0123456789")).toEqual([
    "one-key-0123456789",
    "two-key-0123456789",
  ]);
  for (const keys of ["short", "one-key-0123456789,", "key with spaces 012345", "one-key-0123456789,short"]) {
    expect(ApiKeyList.safeParse(keys).success).toBe(false);
  }
});

test("an integer is read from text and kept within its bounds", () => {
  expect(integer(1, 10).parse("10")).toBe(10);
  for (const text of ["0", "11", "1.5", "ten"]) expect(integer(1, 10).safeParse(text).success).toBe(false);
});
