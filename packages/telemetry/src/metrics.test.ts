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

test("series are there with 0 from the start, and what they hold is kept", async () => {
  const metrics = createMetrics("scorer");
  metrics.counter("deadLetters").inc({ stage: "ingest" });
  metrics.zero("deadLetters", { stage: "ingest" }, { stage: "scorer" });
  metrics.zero("stoppedPartitions", { topic: "a" });
  const { body } = await metrics.expose();
  expect(body).toContain('scoreline_dead_letters_total{stage="ingest",app="scorer"} 1');
  expect(body).toContain('scoreline_dead_letters_total{stage="scorer",app="scorer"} 0');
  expect(body).toContain('scoreline_scorer_stopped_partitions{topic="a",app="scorer"} 0');
});

test("a figure can be made when it is asked for", async () => {
  const metrics = createMetrics("scorer");
  let lag = 0;
  metrics.onExpose(() => metrics.gauge("lag").set({ topic: "a", partition: 0 }, lag));
  for (lag of [3, 5]) {
    expect((await metrics.expose()).body).toContain(
      `scoreline_scorer_lag_records{topic="a",partition="0",app="scorer"} ${lag}`,
    );
  }
});

test("another runtime's process has its figures under the names they have on Node", async () => {
  const memory = () => ({ rss: 5_000, heapUsed: 3_000 });
  const { body } = await createMetrics("ingest", { process: { memory, startedAtMs: 1_767_225_600_400 } }).expose();
  const onNode = (await createMetrics("ingest", { runtime: true }).expose()).body;
  expect(body).toContain('process_resident_memory_bytes{app="ingest"} 5000');
  expect(body).toContain('nodejs_heap_size_used_bytes{app="ingest"} 3000');
  expect(body).toContain('process_start_time_seconds{app="ingest"} 1767225600');
  for (const line of body.split("\n").filter((each) => each.startsWith("#"))) expect(onNode).toContain(line);
});

test("metrics that are off keep nothing and expose nothing", async () => {
  const metrics = createMetrics("scorer", { runtime: true, off: true });
  metrics.counter("recordsReceived").inc({ topic: "a" });
  metrics.gauge("lag").set({ topic: "a", partition: 0 }, 1);
  metrics.gauge("lag").remove({ topic: "a", partition: 0 });
  metrics.histogram("decisionLatency").observeAll({ topic: "a" }, [1]);
  metrics.zero("stoppedPartitions", { topic: "a" });
  expect((await metrics.expose()).body).toBe("");
  expect((await metrics.counter("recordsReceived").get()).values).toEqual([]);
});
