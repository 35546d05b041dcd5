import { createLogger, createMetrics } from "@scoreline/telemetry";
import { recordedTracing } from "@scoreline/telemetry/testing";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createBase } from "./base.ts";

const { tracing, spans, reset } = recordedTracing();
beforeEach(reset);

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

function base() {
  const log = createLogger("test");
  const app = createBase({ metrics: createMetrics("test"), log, tracing, unready: async () => [], hint: "none" });
  app.get("/v1/things/:id", (c) => c.text("a thing"));
  app.get("/busy", (c) => c.text("busy", 503));
  app.get("/broken", () => {
    throw new SyntaxError('"user-7" is not valid');
  });
  return app;
}

test("a request is a span in its sender's trace, named by its route, without its address", async () => {
  await base().request("/v1/things/A-1?user=7", { headers: { traceparent } });
  const [span] = spans();
  expect(span?.name).toBe("GET /v1/things/:id");
  expect(span?.spanContext().traceId).toBe(traceId);
  expect(span?.parentSpanContext?.spanId).toBe("b7ad6b7169203331");
  expect(span?.attributes).toEqual({
    "http.request.method": "GET",
    "http.route": "/v1/things/:id",
    "http.response.status_code": 200,
  });
  expect(span?.status.code).toBe(0);
});

test("without a sender's trace it begins one", async () => {
  await base().request("/v1/things/A-1", { headers: { traceparent: "user 7" } });
  expect(spans()[0]?.parentSpanContext).toBeUndefined();
});

test("a trace that its sender does not keep is not kept here", async () => {
  await base().request("/v1/things/A-1", { headers: { traceparent: traceparent.replace(/01$/, "00") } });
  expect(spans()).toEqual([]);
});

test.each(["/livez", "/readyz", "/metrics"])("%s is not traced", async (path) => {
  await base().request(path, { headers: { traceparent } });
  expect(spans()).toEqual([]);
});

describe("an answer", () => {
  test.each([
    ["to an unknown address is no error of ours", "/nothing/A-1", "GET", {}, "GET", 404, undefined],
    ["to a method that is none has no name of its own", "/busy", "SPY", {}, "_OTHER", 404, undefined],
    ["of 503 is an error", "/busy", "GET", {}, "GET /busy", 503, "503"],
  ] as const)("%s", async (_, path, method, headers, name, status, error) => {
    await base().request(path, { method, headers });
    const [span] = spans();
    expect(span?.name).toBe(name);
    expect(span?.attributes).toMatchObject({ "http.response.status_code": status });
    expect(span?.attributes["error.type"]).toBe(error);
    expect(span?.status.code).toBe(error === undefined ? 0 : 2);
  });

  test("to a request that failed on our side is an error, logged with the trace and without what the error says", async () => {
    const lines: string[] = [];
    const said = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
    await base().request("/broken", { headers: { traceparent } });
    said.mockRestore();
    const [span] = spans();
    expect(span?.attributes).toMatchObject({ "error.type": "SyntaxError", "http.response.status_code": 500 });
    const line = JSON.parse(lines[0] ?? "{}") as Record<string, string>;
    expect(line).toMatchObject({ trace_id: traceId, span_id: span?.spanContext().spanId });
    expect(line.error).toMatch(/^SyntaxError\n\s+at /);
    expect(JSON.stringify([lines, span?.attributes, span?.events])).not.toContain("user-7");
  });
});
