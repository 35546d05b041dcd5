import type { Clock } from "../src/clock.ts";

/** A clock that stands still until someone sleeps; a sleep then takes `lateMs` longer than asked for. */
export function manualClock(lateMs = 0): Clock & { advance(ms: number): void; sleeps: number[] } {
  let nowMs = 1_000;
  const sleeps: number[] = [];
  return {
    sleeps,
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: async (ms) => {
      sleeps.push(ms);
      nowMs += ms + lateMs;
    },
  };
}
