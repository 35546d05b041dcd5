import { describe, expect, test } from "vitest";
import type { Sample } from "./exposition.ts";
import { growthOf, perSecond } from "./growth.ts";

const received = (topic: string, value: number): Sample => ({
  name: "scoreline_scorer_records_received_total",
  labels: { topic, app: "scorer" },
  value,
});
const bucket = (le: string, value: number): Sample => ({
  name: "scoreline_decision_latency_seconds_bucket",
  labels: { le },
  value,
});
const scrape = (atMs: number, ...samples: Sample[]) => ({ atMs, samples });
const increases = (...scrapes: [ReturnType<typeof scrape>, ReturnType<typeof scrape>]) =>
  growthOf(...scrapes).samples.map(({ value }) => value);

describe("growth between two scrapes", () => {
  test("is the difference of each series, over the time between them", () => {
    const growth = growthOf(
      scrape(1_000, received("a", 10), received("b", 5)),
      scrape(3_000, received("b", 5), received("a", 30)),
    );
    expect(growth.seconds).toBe(2);
    expect(growth.samples).toEqual([received("b", 0), received("a", 20)]);
    expect(perSecond([growth, growth])).toEqual([0, 10, 0, 10].map((value, i) => received(i % 2 ? "a" : "b", value)));
  });

  test("of a series that is new is all it has", () => {
    expect(increases(scrape(0), scrape(1_000, received("a", 7)))).toEqual([7]);
  });

  test("does not depend on the order of labels", () => {
    const other: Sample = { ...received("a", 9), labels: { app: "scorer", topic: "a" } };
    expect(increases(scrape(0, received("a", 2)), scrape(1_000, other))).toEqual([7]);
  });

  test("of a process that restarted counts from 0, in every series", () => {
    const before = scrape(0, received("a", 100), received("b", 1), bucket("1", 3));
    expect(increases(before, scrape(1_000, received("a", 4), received("b", 9), bucket("1", 8)))).toEqual([4, 9, 8]);
  });

  test("of a process that lost a series counts from 0", () => {
    expect(increases(scrape(0, received("a", 3), received("b", 1)), scrape(1_000, received("b", 5)))).toEqual([5]);
  });

  test("leaves gauges out, which may fall", () => {
    const lag = (value: number): Sample => ({ name: "scoreline_scorer_lag_records", labels: {}, value });
    expect(increases(scrape(0, lag(9), received("a", 5)), scrape(1_000, lag(2), received("a", 6)))).toEqual([1]);
  });
});
