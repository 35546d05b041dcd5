import { createHash } from "node:crypto";
import { openTracing } from "@scoreline/telemetry/tracing.deno";
import type { Listening, Runtime } from "./lifecycle.ts";
import { problem, problemResponse } from "./problems.ts";

/** What a worker needs of Deno. */
export const denoRuntime: Runtime = {
  env: Deno.env.toObject(),
  measurable: false,
  figures: { memory: () => Deno.memoryUsage(), startedAtMs: performance.timeOrigin },
  sha256: (text) => createHash("sha256").update(text).digest(),
  openTracing,
  onDefect,
  serve: (fetch, hostname, port) => Promise.resolve(serve(fetch, hostname, port)),
  onSignal,
  exit: (code) => Deno.exit(code),
};

/** Errors that nothing caught, thrown or rejected. */
function onDefect(listener: (error: unknown) => void): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    listener(event.error);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    listener(event.reason);
  });
}

/** A signal that comes again within this time is the same one. */
const sameSignalMs = 250;

/** Deno calls a listener twice for one signal now and then (2.9.6; denoland/deno#31540), and a second one means at once. */
function onSignal(listener: (signal: string) => void): void {
  let heardMs = Number.NEGATIVE_INFINITY;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => {
      const nowMs = performance.now();
      if (nowMs - heardMs > sameSignalMs) listener(signal);
      heardMs = nowMs;
    });
  }
}

/**
 * Serves until told to stop. Deno's own `shutdown()` cuts off request bodies that are still being read, so the open
 * requests are counted here and it is called when none is left; until then a new one is turned away.
 */
function serve(fetch: (request: Request) => Response | Promise<Response>, hostname: string, port: number): Listening {
  const aborter = new AbortController();
  let open = 0;
  let whenIdle: (() => void) | undefined;
  const close = () => {
    open -= 1;
    if (open === 0) whenIdle?.();
  };
  const server = Deno.serve({ hostname, port, signal: aborter.signal, onListen: () => {} }, (request, info) => {
    open += 1;
    info.completed.then(close, close);
    if (!whenIdle) return fetch(request);
    return problemResponse(problem("stream_unavailable", "This worker is stopping; send it again."), {
      connection: "close",
    });
  });
  const stop = async () => {
    await new Promise<void>((resolve) => {
      whenIdle = resolve;
      if (open === 0) resolve();
    });
    await server.shutdown();
  };
  return { port: server.addr.port, stop, force: () => aborter.abort() };
}
