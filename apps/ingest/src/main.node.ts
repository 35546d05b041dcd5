import { createHash } from "node:crypto";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { run } from "./lifecycle.ts";

/** A stream of lines may last as long as it moves; a connection on which nothing moves for this long is closed. */
const idleMsMax = 60_000;

try {
  await run({
    env: process.env,
    measurable: true,
    sha256: (text) => createHash("sha256").update(text).digest(),
    createProducer,
    serve: (fetch, { INGEST_HOST, INGEST_PORT }) =>
      new Promise((resolve, reject) => {
        const options = { fetch, hostname: INGEST_HOST, port: INGEST_PORT, serverOptions: { requestTimeout: 0 } };
        const server = serve(options, ({ port }) =>
          resolve({
            port,
            stop: () => new Promise((stopped) => server.close(() => stopped())),
            force: () => server.closeAllConnections(),
          }),
        ) as Server;
        server.setTimeout(idleMsMax);
        server.once("error", reject);
      }),
    onSignal: (listener) => {
      for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => listener(signal));
    },
    exit: (code) => process.exit(code),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
