import { describe, expect, test } from "vitest";
import { StallDetector } from "./stall.ts";

const place = { topic: "t", partition: 0 };
const minute = 60_000;

/** A detector that is shown one partition at 0. */
function watching({ lag = 5n } = {}) {
  const stalls = new StallDetector();
  const look = (nowMs: number, progress = 0n, left = lag) => stalls.look([{ ...place, lag: left, progress }], nowMs);
  look(0);
  return { stalls, look };
}

test("a partition that is behind and does nothing for a minute is stalled, and no longer once it goes on", () => {
  const { stalls, look } = watching();
  look(minute);
  expect(stalls.stalled(minute)).toEqual([]);
  expect(stalls.stalled(minute + 1)).toEqual(["t/0"]);
  look(minute + 2, 1n);
  expect(stalls.stalled(minute + 2)).toEqual([]);
  expect(stalls.stalled(2 * minute + 3)).toEqual(["t/0"]);
});

describe("is not stalled", () => {
  test("a partition without records to decide, and its minute begins with the first one", () => {
    const { stalls, look } = watching({ lag: 0n });
    look(10 * minute, 0n, 0n);
    expect(stalls.stalled(10 * minute)).toEqual([]);
    look(10 * minute, 0n, 1n);
    expect(stalls.stalled(11 * minute)).toEqual([]);
    expect(stalls.stalled(11 * minute + 1)).toEqual(["t/0"]);
  });

  test("a partition whose sink is away, for as long as that is told", () => {
    const { stalls, look } = watching();
    for (let nowMs = 0; nowMs <= 10 * minute; nowMs += 5_000) {
      stalls.heard(place, nowMs);
      look(nowMs);
      expect(stalls.stalled(nowMs)).toEqual([]);
    }
    expect(stalls.stalled(11 * minute + 1)).toEqual(["t/0"]);
  });

  test("a partition that waits for a policy, however long; a minute after that it is", () => {
    const { stalls, look } = watching();
    stalls.waits(place, true, 0);
    look(10 * minute);
    expect(stalls.stalled(10 * minute)).toEqual([]);
    stalls.waits(place, false, 10 * minute);
    expect(stalls.stalled(11 * minute)).toEqual([]);
    expect(stalls.stalled(11 * minute + 1)).toEqual(["t/0"]);
  });

  test("a partition that was given up or stopped", () => {
    const { stalls } = watching();
    stalls.look([], minute + 1);
    expect(stalls.stalled(10 * minute)).toEqual([]);
  });
});

test("one partition that stands still is found though the others go on", () => {
  const { stalls } = watching();
  for (let nowMs = 0; nowMs <= 2 * minute; nowMs += minute / 2) {
    const other = { topic: "t", partition: 1, lag: 5n, progress: BigInt(nowMs) };
    stalls.look([{ ...place, lag: 5n, progress: 0n }, other], nowMs);
  }
  expect(stalls.stalled(2 * minute)).toEqual(["t/0"]);
});
