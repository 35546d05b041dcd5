import { createHash } from "node:crypto";
import { createProducer } from "@scoreline/kafka/platformatic";
import { run } from "./lifecycle.ts";

try {
  await run({
    env: Deno.env.toObject(),
    measurable: false,
    sha256: (text) => createHash("sha256").update(text).digest(),
    createProducer: ({ brokers, clientId }, limits) => createProducer({ brokers, clientId }, limits),
    serve: (fetch, { INGEST_HOST, INGEST_PORT }) => {
      const aborter = new AbortController();
      const server = Deno.serve(
        { hostname: INGEST_HOST, port: INGEST_PORT, signal: aborter.signal, onListen: () => {} },
        (request) => fetch(request),
      );
      return Promise.resolve({
        port: server.addr.port,
        stop: () => server.shutdown(),
        force: () => aborter.abort(),
      });
    },
    onSignal: (listener) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, () => listener(signal));
    },
    exit: (code) => Deno.exit(code),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
