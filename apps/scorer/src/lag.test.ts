import { createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { LagBook, type Position } from "./lag.ts";

const place = { topic: "credit_applications", partition: 3 };
const startMs = 1_767_225_600_000;

/** A book with one partition, whose log has 100 records, and what it tells: records and seconds, or nothing. */
function opened() {
  const metrics = createMetrics("scorer");
  const lag = new LagBook(metrics);
  lag.taken(place, 100n, 100n);
  const told = async () => {
    const { body } = await metrics.expose();
    return ["records", "seconds"].map((unit) => {
      const series = `scoreline_scorer_lag_${unit}{topic="credit_applications",partition="3",app="scorer"} `;
      const line = body.split("\n").find((each) => each.startsWith(series));
      return line === undefined ? undefined : Number(line.slice(series.length));
    });
  };
  const at = (seconds: number, position: Partial<Position> = {}) => {
    const standing = { ...place, nextOffset: 100n, oldestMs: undefined, end: undefined, ...position };
    lag.tell([standing], startMs + 1_000 * seconds);
    return told();
  };
  return { lag, at, told };
}

test("a partition whose records are all decided is not behind", async () => {
  const { at } = opened();
  expect(await at(0)).toEqual([0, 0]);
  expect(await at(60)).toEqual([0, 0]);
});

test("a record in hand is as old as the broker's time says, and goes on aging while nothing moves", async () => {
  const { at } = opened();
  const stuck = { oldestMs: startMs - 2_000, end: 105n };
  expect(await at(0, stuck)).toEqual([5, 2]);
  expect(await at(30, stuck)).toEqual([5, 32]);
  expect(await at(31, { nextOffset: 104n, oldestMs: startMs + 30_500, end: 105n })).toEqual([1, 0.5]);
  expect(await at(32, { nextOffset: 105n, end: 105n })).toEqual([0, 0]);
});

test("a record that the broker has and nobody here has seen waits since the first look that saw it", async () => {
  const { lag, at } = opened();
  lag.ends(place, 110n);
  expect(await at(0)).toEqual([10, 0]);
  expect(await at(45)).toEqual([10, 45]);
  // Some are decided, and what is left was not seen either.
  expect(await at(46, { nextOffset: 105n })).toEqual([5, 0]);
  expect(await at(50, { nextOffset: 105n })).toEqual([5, 4]);
});

test("a broker's clock that is ahead of ours makes no negative age", async () => {
  const { at } = opened();
  expect(await at(0, { oldestMs: startMs + 5_000, end: 101n })).toEqual([1, 0]);
});

test("a partition that stopped ages on, also when it is tried again and again in vain", async () => {
  const { lag, at, told } = opened();
  await at(0, { oldestMs: startMs, end: 105n });
  lag.tell([], startMs + 60_000);
  expect(await told()).toEqual([5, 60]);
  lag.taken(place, 107n, 100n);
  expect(await at(70)).toEqual([7, 70]);
  lag.taken(place, 107n, 103n);
  expect(await at(80, { nextOffset: 103n })).toEqual([4, 0]);
});

test("a partition that was given up has no series, whatever is said of it later", async () => {
  const { lag, at, told } = opened();
  await at(0, { oldestMs: startMs, end: 105n });
  lag.givenUp(place);
  expect(await told()).toEqual([undefined, undefined]);
  lag.ends(place, 200n);
  expect(await at(10, { oldestMs: startMs })).toEqual([undefined, undefined]);
});
