import { expect, test } from "vitest";
import { catalogue, type MetricDefinition } from "./catalogue.ts";

const definitions: MetricDefinition[] = Object.values(catalogue);

// Prometheus, "Metric and label naming" and "Data model".
test("names and labels are ones that Prometheus takes", () => {
  for (const { name, labels } of definitions) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    for (const label of labels) expect(label).toMatch(/^(?!__)[a-z][a-z0-9_]*$/);
  }
});

test("names are unique", () => {
  expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
});

test("counters count, and end in _total or in the _count that was asked for", () => {
  for (const { kind, name } of definitions) {
    if (kind === "counter") expect(name).toMatch(/_total$|^data_quality_invalid_count$/);
    else expect(name).not.toMatch(/_total$/);
  }
});

test("times are in seconds", () => {
  for (const { name } of definitions) {
    expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|hours)(_|$)/);
    if (/duration|latency|timestamp/.test(name)) expect(name).toMatch(/_seconds$/);
  }
});

// A topic's partitions are few and fixed.
test("no label holds what has no bound: ids, users, paths, offsets", () => {
  const labels = definitions.flatMap((definition) => definition.labels);
  expect(labels.filter((label) => /(^|_)(id|user|path|url|offset|key|error)$/.test(label))).toEqual([]);
});

test("a histogram's buckets rise, and `le` is left to it", () => {
  for (const { kind, buckets, labels } of definitions) {
    if (kind !== "histogram") continue;
    expect(buckets).toEqual([...new Set(buckets)].toSorted((a, b) => a - b));
    expect(buckets?.length).toBeGreaterThan(5);
    expect(labels).not.toContain("le");
  }
});

test("every metric says what it is", () => {
  for (const { help } of definitions) expect(help).toMatch(/^[A-Z].{10,}\.$/);
});
