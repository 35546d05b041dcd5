import { createHash } from "node:crypto";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { openTracing } from "@scoreline/telemetry/tracing.node";
import type { Runtime } from "./lifecycle.ts";

/** A stream of lines may last as long as it moves; a connection on which nothing moves for this long is closed. */
const idleMsMax = 60_000;

/** What a worker needs of Node. */
export const nodeRuntime: Runtime = {
  env: process.env,
  measurable: true,
  sha256: (text) => createHash("sha256").update(text).digest(),
  openTracing,
  onDefect: (listener) => process.on("uncaughtException", listener),
  serve: (fetch, hostname, port) =>
    new Promise((resolve, reject) => {
      const server = serve({ fetch, hostname, port, serverOptions: { requestTimeout: 0 } }, (address) =>
        resolve({
          port: address.port,
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
};
