import { rmSync } from "node:fs";
import { down, type Home, readEnv, type ServiceDefinition, type StackEnv, startService } from "@scoreline/stack";
import { afterAll, beforeAll, vi } from "vitest";
import { appServices, type HttpRuntime } from "../../src/services.ts";
import { scoreline } from "./cli.ts";
import { temporaryHome } from "./homes.ts";
import { type OtlpReceiver, startOtlpReceiver } from "./otlpReceiver.ts";
import { freePort } from "./ports.ts";

export const runtimes = ["node", "deno"] as const satisfies readonly HttpRuntime[];

/** Where the HTTP workers of a runtime are. */
export type Workers = { ingest: string; fraudCheck: string };

export type TracedStack = {
  home: Home;
  env: StackEnv;
  receiver: OtlpReceiver;
  workers: Record<HttpRuntime, Workers>;
};

/**
 * A whole stack of a test file's own that sends its spans to a receiver, with the HTTP workers on both runtimes. The
 * variables are the caller's, as an operator sets them.
 */
export function tracedStack(name: string, onStarted: (stack: TracedStack) => void): void {
  const home = temporaryHome(name);
  let receiver: OtlpReceiver | undefined;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
    vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "200");
    vi.stubEnv("LOG_LEVEL", "debug");
    const { code, stderr } = await scoreline(home, "up", "--detach");
    if (code !== 0) throw new Error(stderr);
    const env = readEnv(home);
    const deno = await startDeno(home, env);
    const node = { ingest: env.INGEST_URL, fraudCheck: env.FRAUD_CHECK_URL };
    onStarted({ home, env, receiver, workers: { node, deno } });
  }, 240_000);
  afterAll(async () => {
    await down(home);
    await receiver?.close();
    rmSync(home.dir, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });
}

async function startDeno(home: Home, env: StackEnv): Promise<Workers> {
  const [ingest, fraudCheck] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const services = appServices(home, { ...env, INGEST_URL: ingest, FRAUD_CHECK_URL: fraudCheck }, "deno");
  for (const name of ["ingest", "fraud-check"]) {
    const service = services.find((one) => one.name === name) as ServiceDefinition;
    await startService(home, { ...service, name: `${name}-deno` });
  }
  return { ingest, fraudCheck };
}
