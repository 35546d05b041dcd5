import { expect, test } from "vitest";
import { BrokerWatch } from "./brokerWatch.ts";

function report(...sources: string[]): string {
  return JSON.stringify({ brokers: Object.fromEntries(sources.map((source) => [source, { source, state: "DOWN" }])) });
}

test("a client without a broker in two reports is lost", () => {
  const watch = new BrokerWatch();
  expect(watch.isLost(report("internal", "logical"))).toBe(false);
  expect(watch.isLost(report("internal"))).toBe(true);
  expect(watch.isLost("{}")).toBe(true);
});

test("a client whose brokers are away is not lost, nor is one that begins anew with those it was given", () => {
  const watch = new BrokerWatch();
  for (const source of ["learned", "internal", "configured", "internal", "learned"])
    expect(watch.isLost(report(source))).toBe(false);
});
