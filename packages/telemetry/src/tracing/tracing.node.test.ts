import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Logger } from "../logger.ts";
import { openTracing } from "./tracing.node.ts";
import { noTracing } from "./tracing.ts";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

function recorded() {
  const said: [level: string, fields: unknown][] = [];
  const at = (level: string) => (fields: unknown) => said.push([level, fields]);
  return { said, log: { warn: at("warn"), error: at("error") } as unknown as Logger };
}

/** A collector; gives its address and what it is sent. */
async function collector(): Promise<{ url: string; bodies: string[]; types: (string | undefined)[] }> {
  const bodies: string[] = [];
  const types: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks).toString("latin1"));
      types.push(request.headers["content-type"]);
      response.end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, types };
}

test("without an endpoint there is no tracing", () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "");
  expect(openTracing({ app: "test", log: recorded().log })).toBe(noTracing);
});

describe("what was made before the end is sent", () => {
  test.each([
    ["as protobuf", "", "application/x-protobuf"],
    ["as JSON", "http/json", "application/json"],
  ])("%s", async (_, protocol, type) => {
    const { url, bodies, types } = await collector();
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", url);
    vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
    const tracing = openTracing({ app: "test", log: recorded().log, version: "1.2.3", followsWork: false });
    tracing.start("made", {})?.end();
    await tracing.close();
    expect(types).toEqual([type]);
    for (const said of ["made", "scoreline-test", "1.2.3"]) expect(bodies.join()).toContain(said);
  });
});

test("the standard sampler is the variables'", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
  vi.stubEnv("OTEL_TRACES_SAMPLER", "always_off");
  const tracing = openTracing({ app: "test", log: recorded().log, followsWork: false });
  expect(tracing.start("a", {})).toBeUndefined();
  await tracing.close();
});

test("a collector that is away costs a warning, and the end waits for it no longer than its bound", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "300");
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "10");
  const { log, said } = recorded();
  const tracing = openTracing({ app: "test", log, followsWork: false });
  for (let span = 0; span < 5_000; span += 1) tracing.start("lost", {})?.end();
  await expect
    .poll(() => said, { timeout: 10_000 })
    .toEqual([["warn", { dropped: expect.any(Number), error: expect.any(String) }]]);
  const startMs = performance.now();
  await tracing.close();
  expect(performance.now() - startMs).toBeLessThan(4_000);
  expect(said).toHaveLength(1);
}, 20_000);

test("a protocol that is not spoken is told, and the app goes on without traces", () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
  const { log, said } = recorded();
  expect(openTracing({ app: "test", log })).toBe(noTracing);
  expect(said).toEqual([["error", { protocol: "grpc", known: "http/protobuf or http/json" }]]);
});
