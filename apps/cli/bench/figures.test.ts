import { describe, expect, test } from "vitest";
import { median, percentile, perSecond, progressRate, ratio } from "./figures.ts";

describe("a rate", () => {
  test("is a whole number a second", () => {
    expect(perSecond(500, 250)).toBe(2_000);
    expect(perSecond(1, 3_000)).toBe(0);
  });

  test("is refused where no time has passed", () => {
    expect(() => perSecond(500, 0)).toThrow("500 in 0 ms is no rate");
  });

  test("is a share of another to two decimals", () => {
    expect(ratio(1, 3)).toBe(0.33);
    expect(ratio(200, 100)).toBe(2);
  });
});

describe("a percentile", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);

  test("is one of the values, by the nearest rank", () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 100)).toBe(100);
    expect(percentile([10, 20, 30], 50)).toBe(20);
    expect(percentile([10, 20, 30], 99)).toBe(30);
  });

  test("of one value is that value, of none there is none", () => {
    expect(percentile([7], 1)).toBe(7);
    expect(percentile([], 50)).toBeUndefined();
  });
});

test("a median is the middle, or the mean of both", () => {
  expect(median([30, 10, 20])).toBe(20);
  expect(median([40, 10, 20, 30])).toBe(25);
  expect(() => median([])).toThrow("no median");
});

describe("the rate of a progress", () => {
  const sample = (atMs: number, total: number) => ({ atMs, total });

  test("runs from the first sample with any to the first with all, and leaves out what was done before it", () => {
    const samples = [sample(0, 0), sample(50, 0), sample(100, 200), sample(600, 900), sample(1_100, 1_200)];
    expect(progressRate([...samples, sample(9_000, 1_200)], 1_200)).toEqual({ perS: 1_000, fromMs: 100, toMs: 1_100 });
  });

  test("of a single step begins at the sample before it", () => {
    expect(progressRate([sample(0, 0), sample(50, 0), sample(100, 500)], 500)).toEqual({
      perS: 10_000,
      fromMs: 50,
      toMs: 100,
    });
  });

  test("is refused where the samples do not lead there", () => {
    expect(() => progressRate([sample(0, 0), sample(50, 499)], 500)).toThrow("from nothing to 500");
    expect(() => progressRate([sample(0, 500)], 500)).toThrow("from nothing to 500");
    expect(() => progressRate([], 500)).toThrow("from nothing to 500");
  });
});
