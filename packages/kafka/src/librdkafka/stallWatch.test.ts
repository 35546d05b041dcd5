import { expect, test } from "vitest";
import { StallWatch } from "./stallWatch.ts";
import type { Statistics } from "./statistics.ts";

const partition = { topic: "t", partition: 0 };

function report(fetchState: string): Statistics {
  const state = { fetch_state: fetchState, app_offset: 7, lo_offset: 10, hi_offset: 20 };
  return { topics: { t: { partitions: { "0": state } } } };
}

test("a partition that stays stopped is told once", () => {
  const watch = new StallWatch();
  watch.watch([partition]);
  watch.observe(report("none"));
  expect(watch.take()).toEqual([]);
  watch.observe(report("none"));
  watch.observe(report("none"));
  expect(watch.take()).toMatchObject([{ topic: "t", partition: 0, code: -140 }]);
});

test("a partition that passes through a stop on its way is not told", () => {
  const watch = new StallWatch();
  watch.watch([partition]);
  for (const state of ["none", "offset-wait", "active", "none", "active"]) watch.observe(report(state));
  expect(watch.take()).toEqual([]);
});

test("a partition that was given up is not told", () => {
  const watch = new StallWatch();
  watch.watch([partition]);
  watch.observe(report("none"));
  watch.observe(report("none"));
  watch.forget([partition]);
  watch.observe(report("none"));
  expect(watch.take()).toEqual([]);
});
