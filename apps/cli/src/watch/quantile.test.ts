import { describe, expect, test } from "vitest";
import { quantile } from "./quantile.ts";

const buckets = (...pairs: [string, number][]) => new Map(pairs);

describe("a quantile of a histogram", () => {
  const spread = buckets(["0.1", 10], ["0.5", 50], ["1", 90], ["+Inf", 100]);

  test.each([
    [0.05, 0.05],
    [0.1, 0.1],
    [0.5, 0.5],
    [0.7, 0.75],
    [0.99, 1],
  ])("is linear within a bucket: %d -> %d s", (q, expected) => {
    expect(quantile(q, spread)).toBeCloseTo(expected, 10);
  });

  test("does not depend on the order of the buckets", () => {
    expect(quantile(0.7, new Map([...spread].reverse()))).toBeCloseTo(0.75, 10);
  });

  test("beyond the last finite bound is that bound", () => {
    expect(quantile(0.5, buckets(["0.1", 0], ["600", 1], ["+Inf", 100]))).toBe(600);
  });

  test("of a summed histogram passes over empty buckets", () => {
    expect(quantile(0.5, buckets(["0.1", 0], ["0.2", 0], ["0.4", 4], ["+Inf", 4]))).toBeCloseTo(0.3, 10);
  });

  test.each([
    ["no observations", buckets(["1", 0], ["+Inf", 0])],
    ["no buckets", buckets()],
    ["only one bucket", buckets(["+Inf", 5])],
    ["no +Inf bucket", buckets(["1", 4], ["2", 5])],
  ])("is not known with %s", (_, none) => {
    expect(quantile(0.5, none)).toBeUndefined();
  });
});
