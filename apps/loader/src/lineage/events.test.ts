import { expect, test } from "vitest";
import { eventsOf, namespaceOf, partOf, wholeRun } from "./events.ts";
import { loaderEngine } from "./loadEvents.ts";

test.each([
  ["postgres://user:p%40ss@db/dw", "postgres://db:5432"],
  ["postgresql://db:15432/dw?sslmode=require", "postgres://db:15432"],
  ["mongodb://user:password@a:27018,b:27019/?replicaSet=rs", "mongodb://a:27018"],
  ["mongodb+srv://user:password@cluster.example", "mongodb://cluster.example:5432"],
  ["postgres://[::1]:5433/dw", "postgres://[::1]:5433"],
])("%s is the namespace %s", (connectionString, namespace) => {
  expect(namespaceOf(connectionString, 5432)).toBe(namespace);
});

test("a part of a run has the same UUID each time, and another than any other part", () => {
  const runId = "8f14e45f-ceea-467f-a0e6-5b1c1b4a2b11";
  expect(partOf(runId, "a")).toBe(partOf(runId, "a"));
  expect(partOf(runId, "a")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(partOf(runId, "a")).not.toBe(partOf(runId, "b"));
});

test("a run that goes on has its START alone", () => {
  const at = new Date("2026-03-01T10:00:00Z");
  const events = eventsOf({
    ...{ runId: "r", job: wholeRun, jobType: "JOB", engine: loaderEngine, nominalStart: at, parentRunId: null },
    ...{ startedAt: at, finishedAt: null, error: null },
  });
  expect(events.map(({ eventType }) => eventType)).toEqual(["START"]);
});
