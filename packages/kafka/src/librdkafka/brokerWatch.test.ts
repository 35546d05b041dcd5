import { expect, test } from "vitest";
import { BrokerWatch } from "./brokerWatch.ts";
import type { Statistics } from "./statistics.ts";

function report(...sources: string[]): Statistics {
  return { brokers: Object.fromEntries(sources.map((source) => [source, { source }])) };
}

/** Whether a client counts as lost once it has made a report. */
function isLostAfter(watch: BrokerWatch, statistics: Statistics): boolean {
  watch.observe(statistics);
  return watch.isLost;
}

test("a client without a broker in two reports is lost", () => {
  const watch = new BrokerWatch();
  expect(isLostAfter(watch, report("internal", "logical"))).toBe(false);
  expect(isLostAfter(watch, report("internal"))).toBe(true);
  expect(isLostAfter(watch, {})).toBe(true);
});

test("a client whose brokers are away is not lost, nor is one that begins anew with those it was given", () => {
  const watch = new BrokerWatch();
  for (const source of ["learned", "internal", "configured", "internal", "learned"])
    expect(isLostAfter(watch, report(source))).toBe(false);
});
