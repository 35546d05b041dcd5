import { expect, test } from "vitest";
import { within } from "./within.ts";

test("what comes in time is given, and so is its failure", async () => {
  expect(await within(Promise.resolve(7), 1_000)).toBe(7);
  await expect(within(Promise.reject(new Error("no")), 1_000)).rejects.toThrow("no");
});

test("what takes too long is undefined", async () => {
  expect(await within(new Promise(() => {}), 5)).toBeUndefined();
});

test("a failure that comes too late ends nothing", async () => {
  let fail = (_: Error) => {};
  const late = new Promise((_, reject) => {
    fail = reject;
  });
  expect(await within(late, 5)).toBeUndefined();
  fail(new Error("late"));
  await new Promise(setImmediate);
});
