import { expect, test } from "vitest";
import { SeenIds } from "./seenIds.ts";

function fill(seen: SeenIds, count: number, prefix = "a-"): number {
  let suspected = 0;
  for (let i = 0; i < count; i += 1) if (seen.add(`${prefix}${i}`)) suspected += 1;
  return suspected;
}

test("an id that was seen is suspected, in its generation and in the one after it", () => {
  const seen = new SeenIds(10_000);
  fill(seen, 9_000);
  expect(fill(seen, 9_000)).toBe(9_000);
  fill(seen, 10_000, "b-");
  expect(fill(seen, 500)).toBe(500);
});

test("a new id is seldom suspected, however alike the ids are", () => {
  for (const prefix of ["", "a-", "2026-11-26:application:", "0000000-0000-4000-8000-"]) {
    expect(fill(new SeenIds(200_000), 200_000, prefix)).toBeLessThan(20);
  }
});

test("what came two generations ago is forgotten, so that memory does not grow", () => {
  const seen = new SeenIds(10_000);
  fill(seen, 5_000);
  fill(seen, 30_000, "b-");
  expect(fill(seen, 5_000)).toBeLessThan(5);
});
