import { createLogger, createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { createApiKeys } from "./apiKeys.ts";
import { createBase, keyRequired, wrongMethod } from "./base.ts";
import type { Problem } from "./problems.ts";
import { nodeRuntime } from "./runtime.node.ts";

const key = "base-test-key-0123456789";
const expiredKey = "expired-key-0123456789";

function base() {
  const metrics = createMetrics("base");
  const log = createLogger("base", "silent");
  const app = createBase({ metrics, log, unready: async () => [], hint: "Look at /v1/things." });
  const refused: Problem[] = [];
  const apiKeys = createApiKeys([{ key }, { key: expiredKey, endMs: 0 }], nodeRuntime.sha256);
  app.get(
    "/v1/things/:id",
    keyRequired(apiKeys, (problem) => refused.push(problem)),
    (c) => c.text(c.req.param("id")),
  );
  app.all("/v1/things/:id", () => wrongMethod("GET"));
  app.get("/v1/broken", () => {
    throw new Error("secret inner words");
  });
  return { app, refused };
}

test("only a known key passes, and every refusal is told", async () => {
  const { app, refused } = base();
  const ask = (authorization: string) => app.request("/v1/things/7", { headers: { authorization } });
  expect((await ask(`Bearer ${key}`)).status).toBe(200);
  for (const authorization of ["", "Bearer wrong-key-0123456789", `Basic ${key}`]) {
    const response = await ask(authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="scoreline"');
  }
  expect(refused.map(({ code }) => code)).toEqual(["unauthorized", "unauthorized", "unauthorized"]);
  const expired = await ask(`Bearer ${expiredKey}`);
  expect(expired.status).toBe(401);
  expect(await expired.json()).toMatchObject({ code: "unauthorized", detail: "The API key has expired." });
});

test("what no route answers is a problem that says where to turn", async () => {
  const { app } = base();
  const unknown = await app.request("/v1/other");
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
  expect(await unknown.json()).toMatchObject({ status: 404, detail: "Look at /v1/things." });
  const wrong = await app.request("/v1/things/7", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET"]);
});

test("a failure on our side says nothing of its cause", async () => {
  const response = await base().app.request("/v1/broken");
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
});

test("a request is counted by its route's pattern, never by its path", async () => {
  const { app } = base();
  await app.request("/v1/things/customer-4711", { headers: { authorization: `Bearer ${key}` } });
  const text = await (await app.request("/metrics")).text();
  expect(text).toContain('method="GET",route="/v1/things/:id",status="200"');
  expect(text).not.toContain("customer-4711");
});

test("every route has its errors and its duration from the start", async () => {
  const text = await (await base().app.request("/metrics")).text();
  for (const route of ["/v1/things/:id", "/v1/broken", "/livez", "/readyz", "/metrics"]) {
    expect(text).toContain(`scoreline_http_requests_total{method="GET",route="${route}",status="500",app="base"} 0`);
    expect(text).toContain(`scoreline_http_requests_total{method="GET",route="${route}",status="503",app="base"} 0`);
    expect(text).toContain(`scoreline_http_request_duration_seconds_count{app="base",method="GET",route="${route}"} 0`);
  }
});
