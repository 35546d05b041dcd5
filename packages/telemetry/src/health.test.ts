import { expect, test } from "vitest";
import { healthRoutes } from "./health.ts";
import { createMetrics } from "./metrics.ts";

function routes(over: { alive?: () => boolean; unready?: () => Promise<string[]> } = {}) {
  return healthRoutes({ unready: async () => [], metrics: createMetrics("test"), ...over });
}

test("a process that is well is alive and ready", async () => {
  const app = routes();
  expect((await app.request("/livez")).status).toBe(200);
  expect((await app.request("/readyz")).status).toBe(200);
});

test("a stalled process is told to be restarted", async () => {
  expect((await routes({ alive: () => false }).request("/livez")).status).toBe(503);
});

test("a process that waits for its stores is alive, not ready, and names them", async () => {
  const app = routes({ unready: async () => ["postgres", "kafka"] });
  expect((await app.request("/livez")).status).toBe(200);
  const answer = await app.request("/readyz");
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ status: "unready", waiting_for: ["postgres", "kafka"] });
});

test("metrics are in Prometheus' text form", async () => {
  const answer = await routes().request("/metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=/);
});
