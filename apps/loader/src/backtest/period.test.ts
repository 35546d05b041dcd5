import { expect, test } from "vitest";
import { readPeriod } from "./period.ts";

test("a period runs from a moment up to, and without, another; a date is its midnight in UTC", () => {
  expect(readPeriod({ from: "2026-01-01", to: "2026-02-01T00:00:00+01:00" })).toEqual({
    fromMs: Date.UTC(2026, 0, 1),
    toMs: Date.UTC(2026, 0, 31, 23),
  });
  expect(readPeriod({})).toEqual({ fromMs: undefined, toMs: undefined });
});

test("a moment that is none, and an empty period, are refused with what to give", () => {
  expect(() => readPeriod({ from: "yesterday" })).toThrow('--from is "yesterday"; give a date, or a moment');
  expect(() => readPeriod({ to: "2026-01-31 09:30" })).toThrow('--to is "2026-01-31 09:30"; give a date');
  expect(() => readPeriod({ to: "2026-02-30" })).toThrow("--to is");
  expect(() => readPeriod({ from: "2026-01-02", to: "2026-01-02" })).toThrow("nothing lies between");
});
