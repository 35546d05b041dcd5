import { createMetrics } from "@scoreline/telemetry";
import { expect, test, vi } from "vitest";
import { type Reading, withReadings } from "./readings.ts";

/** Series of ours, without their label of the app. */
async function series(metrics: ReturnType<typeof withReadings>): Promise<string[]> {
  const { body } = await metrics.expose();
  return body.split("\n").filter((line) => line.startsWith("scoreline_"));
}

function readingOf(metrics: ReturnType<typeof createMetrics>, read: () => Promise<number>): Reading {
  return {
    name: "connections",
    read: async () => {
      const value = await read();
      metrics.gauge("postgresConnectionsMax").set(value);
    },
  };
}

test("a reading that hangs holds up neither the answer nor the others, is not begun twice, and shows when it is over", async () => {
  const metrics = createMetrics("loader");
  let resolve = (_: number) => {};
  const promise = new Promise<number>((settle) => {
    resolve = settle;
  });
  const read = vi.fn(() => promise);
  const other = { name: "jobs", read: async () => metrics.gauge("jobFailures").set({ job: "load" }, 1) };
  const reading = withReadings(metrics, [readingOf(metrics, read), other]);

  const startMs = performance.now();
  expect(await series(reading)).toEqual(['scoreline_job_failures{job="load",app="loader"} 1']);
  expect(performance.now() - startMs).toBeLessThan(2_000);
  await reading.expose();
  expect(read).toHaveBeenCalledTimes(1);

  resolve(100);
  expect(await series(reading)).toContain('scoreline_postgres_connections_max{app="loader"} 100');
  await reading.expose();
  expect(read).toHaveBeenCalledTimes(2);
});

test("what was read stays when its store goes, unless it is to be forgotten; each change is told once", async () => {
  const metrics = createMetrics("loader");
  const told: [string, unknown][] = [];
  const away = new Error("away");
  let answers = true;
  const answer = async (value: number) => (answers ? value : Promise.reject(away));
  const forgotten = readingOf(metrics, () => answer(100));
  const kept = {
    name: "jobs",
    read: async () => metrics.gauge("jobLastRunFailed").set({ job: "load" }, await answer(1)),
  };
  const forget = () => metrics.gauge("postgresConnectionsMax").remove();
  const read = withReadings(metrics, [kept, { ...forgotten, forget }], (name, error) => told.push([name, error]));

  await read.expose();
  answers = false;
  await read.expose();
  expect(await series(read)).toEqual(['scoreline_job_last_run_failed{job="load",app="loader"} 1']);
  answers = true;
  expect(await series(read)).toContain('scoreline_postgres_connections_max{app="loader"} 100');
  expect(told).toEqual([
    ["jobs", away],
    ["connections", away],
    ["jobs", null],
    ["connections", null],
  ]);
});
