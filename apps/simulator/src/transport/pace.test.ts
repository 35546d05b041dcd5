import { expect, test } from "vitest";
import { manualClock } from "../../test/clock.ts";
import { paced } from "./pace.ts";

test("late wake-ups do not add up: item n leaves at n / rate, within one delay", async () => {
  const clock = manualClock(7);
  const startMs = clock.nowMs();
  let index = 0;
  for await (const _ of paced(Array(1_000), 50, clock)) {
    const lateMs = clock.nowMs() - startMs - index++ * 20;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(7);
  }
  expect(index).toBe(1_000);
});

test("after a pause downstream the rate is caught up with", async () => {
  const clock = manualClock();
  const startMs = clock.nowMs();
  let index = 0;
  for await (const _ of paced(Array(101), 10, clock)) {
    if (index++ === 20) clock.advance(3_000);
  }
  expect(clock.nowMs() - startMs).toBe(10_000);
});
