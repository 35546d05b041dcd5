import { expect, test } from "vitest";
import { figuresOf, orderOf } from "./section.ts";

const run = (durable_decisions_per_s: number, scorer: number) => ({
  durable_decisions_per_s,
  cpu_s: { scorer, kafka: 0, postgres: 0, mongo: 0 },
});

test("each round goes the other way than the one before", () => {
  expect(orderOf(2)).toEqual(["off", "on", "traced", "traced", "on", "off"]);
});

test("the ratios are taken round by round, and of the best of each", () => {
  const { off, on, traced } = figuresOf({
    off: [run(100, 10), run(200, 10), run(100, 10)],
    on: [run(90, 11), run(190, 10.5), run(100, 11)],
    traced: [run(80, 12), run(200, 12), run(90, 12)],
  });
  expect(off.median_per_s).toBe(100);
  expect(on).toMatchObject({ ratio_min: 0.9, ratio_median: 0.95, ratio_best: 0.95, cpu_ratio: 1.1 });
  expect(traced).toMatchObject({ ratio_min: 0.8, ratio_median: 0.9, ratio_best: 1, cpu_ratio: 1.2 });
});

test("CPU time that the system does not tell is left out", () => {
  const { on, traced } = figuresOf({ off: [run(1, 1)], on: [{ ...run(1, 1), cpu_s: null }], traced: [run(1, 1)] });
  expect([on.cpu_s, on.cpu_ratio, traced.cpu_ratio]).toEqual([null, null, 1]);
});
