import { expect, test } from "vitest";
import { figuresOf, type Run } from "./jobFigures.ts";

/** Runs that ended one after the other, from their durations; a failed one is negative. */
const runs = (...seconds: number[]): Run[] =>
  seconds.map((duration, index) => ({
    job: "load",
    endedS: 1_000 + index,
    seconds: Math.abs(duration),
    failed: duration < 0,
  }));

test("a job that never ran has nothing to tell but that it does not run", () => {
  expect(figuresOf([])).toEqual({
    endedS: undefined,
    failed: undefined,
    seconds: undefined,
    baselineSeconds: undefined,
    runningSeconds: 0,
  });
});

test("the last finished run counts, whatever the order and whatever is under way", () => {
  const underWay = { job: "load", endedS: null, seconds: 42, failed: false };
  const mixed = [underWay, ...runs(1, 2, -3)].reverse();
  expect(figuresOf(mixed)).toMatchObject({ endedS: 1_002, failed: true, seconds: 3, runningSeconds: 42 });
  expect(figuresOf(runs(1, -2, 3))).toMatchObject({ failed: false, seconds: 3, runningSeconds: 0 });
});

test("of several under way the oldest counts, and a clock that is behind gives no negative time", () => {
  const underWay = (seconds: number) => ({ job: "load", endedS: null, seconds, failed: false });
  expect(figuresOf([underWay(5), underWay(60)]).runningSeconds).toBe(60);
  expect(figuresOf([underWay(-2)]).runningSeconds).toBe(0);
});

test("the baseline is the median of good runs before the last one, and there is none below three", () => {
  expect(figuresOf(runs(1, 3, 99)).baselineSeconds).toBeUndefined();
  expect(figuresOf(runs(1, -50, 3, 99)).baselineSeconds).toBeUndefined();
  expect(figuresOf(runs(1, -50, 3, 5, 99)).baselineSeconds).toBe(3);
  expect(figuresOf(runs(1, 3, 5, 9, 99)).baselineSeconds).toBe(4);
});

test("the baseline goes back twenty good runs", () => {
  const slow = Array.from({ length: 30 }, () => 100);
  const fast = Array.from({ length: 20 }, () => 2);
  expect(figuresOf(runs(...slow, ...fast, 50)).baselineSeconds).toBe(2);
  expect(figuresOf(runs(...slow, ...fast.slice(11), 50)).baselineSeconds).toBe(100);
});
