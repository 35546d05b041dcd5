import { Histogram as PromHistogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { catalogue } from "./catalogue.ts";
import { createMetrics } from "./metrics.ts";

const definition = catalogue.decisionLatency;
const values = [0, 0.005, 0.0051, 0.01, 0.3, 600, 601, 1e9, -0.5];

/** The same values, as prom-client's own histogram exposes them. */
async function byPromClient(): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels({ app: "scorer" });
  const { name, help, labels, buckets } = definition;
  const own = new PromHistogram({
    name,
    help,
    labelNames: [...labels],
    buckets: [...buckets],
    registers: [registry],
  });
  for (const value of values) own.observe({ topic: "a" }, value);
  return registry.metrics();
}

test("a batch of values is exposed as prom-client exposes them one by one", async () => {
  const metrics = createMetrics("scorer");
  metrics.histogram("decisionLatency").observeAll({ topic: "a" }, values);
  expect((await metrics.expose()).body).toBe(await byPromClient());
});

test("one by one and all at once are the same", async () => {
  const metrics = createMetrics("scorer");
  for (const value of values) metrics.histogram("decisionLatency").observe({ topic: "a" }, value);
  expect((await metrics.expose()).body).toBe(await byPromClient());
});

test("a series can be there before its first value, and what it holds is kept", async () => {
  const metrics = createMetrics("scorer");
  metrics.zero("decisionLatency", { topic: "a" });
  const count = 'scoreline_decision_latency_seconds_count{app="scorer",topic="a"}';
  expect((await metrics.expose()).body).toContain(`${count} 0`);
  metrics.histogram("decisionLatency").observe({ topic: "a" }, 1);
  metrics.zero("decisionLatency", { topic: "a" });
  expect((await metrics.expose()).body).toContain(`${count} 1`);
});

test("a histogram without labels is there from the start", async () => {
  const metrics = createMetrics("fraud-check");
  metrics.histogram("fraudCheckWait");
  expect((await metrics.expose()).body).toContain('scoreline_fraud_check_wait_seconds_count{app="fraud-check"} 0');
});

test("what is no number is refused", () => {
  const latency = createMetrics("scorer").histogram("decisionLatency");
  expect(() => latency.observe({ topic: "a" }, Number.NaN)).toThrow(TypeError);
});
