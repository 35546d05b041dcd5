import { createHash } from "node:crypto";
import { createProducer } from "@scoreline/kafka/platformatic";
import { type Listening, run } from "./lifecycle.ts";
import { problem, problemResponse } from "./problems.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/**
 * Serves until told to stop. Deno's own `shutdown()` cuts off request bodies that are still being read, so the open
 * requests are counted here and it is called when none is left; until then a new one is turned away.
 */
function serve(fetch: Fetch, hostname: string, port: number): Listening {
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

try {
  await run({
    env: Deno.env.toObject(),
    measurable: false,
    sha256: (text) => createHash("sha256").update(text).digest(),
    createProducer: ({ brokers, clientId }, limits) => createProducer({ brokers, clientId }, limits),
    serve: (fetch, { INGEST_HOST, INGEST_PORT }) => Promise.resolve(serve(fetch, INGEST_HOST, INGEST_PORT)),
    onSignal: (listener) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, () => listener(signal));
    },
    exit: (code) => Deno.exit(code),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
