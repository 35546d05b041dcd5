import { expect, test } from "vitest";
import { cpuBetween, cpuSeconds, parseProcessTicks, peakRssMib, ticksOfTree } from "./proc.ts";

test("a process is told from its line in /proc, whatever its name holds", () => {
  const stat = "812 (node) S (x) R 41 812 812 0 -1 4194304 9 8 7 6 150 50 20 5 20 0 11 0 99 1 2";
  expect(parseProcessTicks(stat)).toEqual({ pid: 812, parent: 41, ticks: 225 });
});

test("the time of a process is its own and that of all below it", () => {
  const processes = [
    { pid: 1, parent: 0, ticks: 1_000 },
    { pid: 5, parent: 1, ticks: 100 },
    { pid: 6, parent: 5, ticks: 20 },
    { pid: 7, parent: 6, ticks: 3 },
  ];
  expect(ticksOfTree(processes, 5)).toBe(123);
  expect(ticksOfTree(processes, 8)).toBe(0);
});

test("what was taken is told between two readings, and not where nothing could be read", () => {
  expect(cpuBetween({ scorer: 0.1 }, { scorer: 2.345 })).toEqual({ scorer: 2.25 });
  expect(cpuBetween(null, { scorer: 1 })).toBeNull();
});

test.runIf(process.platform === "linux")("this process has taken memory and time", () => {
  expect(peakRssMib(process.pid)).toBeGreaterThan(20);
  expect(cpuSeconds({ self: process.pid })?.self).toBeGreaterThan(0);
});

test("of a process that is not there nothing is told", () => {
  expect(peakRssMib(2 ** 30)).toBeNull();
});
