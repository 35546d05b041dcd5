import { expect, test } from "vitest";
import { figuresOf, orderOf } from "./section.ts";

const run = (durable_decisions_per_s: number, scorer: number) => ({
  durable_decisions_per_s,
  cpu_s: { scorer, kafka: 0, postgres: 0, mongo: 0 },
});

test("each pair begins with the mode that the one before ended with", () => {
  expect(orderOf(3)).toEqual(["off", "on", "on", "off", "off", "on"]);
});

test("the ratio is taken pair by pair, and of the best of each", () => {
  const figures = figuresOf({
    off: [run(100, 10), run(200, 10), run(100, 10)],
    on: [run(90, 11), run(190, 10.5), run(100, 11)],
  });
  expect(figures).toMatchObject({ ratio_min: 0.9, ratio_median: 0.95, ratio_best: 0.95, cpu_ratio: 1.1 });
  expect(figures.off.median_per_s).toBe(100);
});

test("CPU time that the system does not tell is left out", () => {
  const figures = figuresOf({ off: [{ ...run(1, 1), cpu_s: null }], on: [run(1, 1)] });
  expect(figures).toMatchObject({ ratio_median: 1, cpu_ratio: null });
});
