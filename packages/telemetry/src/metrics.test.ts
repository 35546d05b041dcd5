import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("a series carries its app, and a metric is made once", async () => {
  const metrics = createMetrics("scorer");
  metrics.counter("recordsReceived").inc({ topic: "a" });
  metrics.counter("recordsReceived").inc({ topic: "a" }, 2);
  const { body, contentType } = await metrics.expose();
  expect(body).toContain('scoreline_scorer_records_received_total{topic="a",app="scorer"} 3');
  expect(contentType).toMatch(/^text\/plain/);
});

test("a label that the catalogue does not declare is refused", () => {
  const metrics = createMetrics("scorer");
  expect(() => metrics.counter("recordsReceived").inc({ user_id: "7" })).toThrow(/user_id/);
  expect(() => metrics.histogram("decisionLatency").observe({ application_id: "7" }, 1)).toThrow(/application_id/);
});

test("two apps' metrics in one process do not meet", async () => {
  const [one, two] = [createMetrics("one"), createMetrics("two")];
  one.gauge("assignedPartitions").set({ topic: "a" }, 5);
  expect((await two.expose()).body).not.toContain("scoreline_scorer_assigned_partitions");
});

test("the process' own figures are there where they are asked for", async () => {
  expect((await createMetrics("one", { runtime: true }).expose()).body).toContain("process_cpu_seconds_total");
  expect((await createMetrics("one").expose()).body).not.toContain("process_cpu_seconds_total");
});
