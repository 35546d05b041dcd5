import { setTimeout as delay } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { createLogger, healthRoutes, unreadyParts } from "@scoreline/telemetry";
import type { Command } from "commander";
import { describeError } from "../jobs.ts";
import { checkCertificates } from "../metrics/certificates.ts";
import { openMetrics } from "../metrics/open.ts";
import type { Opened } from "../open.node.ts";

/** `loader serve`: health, metrics and a run at each interval, until a signal. */
export function addServe(program: Command, open: Opened): void {
  program
    .command("serve")
    .description("answer /livez, /readyz and /metrics, and run every LOADER_INTERVAL_S seconds when that is above 0")
    .action(() => serveJobs(open));
}

async function serveJobs(open: Opened) {
  const { config, sql, db, run, close } = open((notice) => log.info(notice));
  const log = createLogger("loader", config.LOG_LEVEL);
  await checkCertificates(config.CERTIFICATE_FILES);
  const { metrics, close: closeMetrics } = openMetrics(config, { mongo: db, log });
  const unready = unreadyParts({ postgres: async () => sql`select 1`, mongodb: () => db.command({ ping: 1 }) });
  const server = serve(
    {
      fetch: healthRoutes({ unready, metrics }).fetch,
      hostname: config.LOADER_METRICS_HOST,
      port: config.LOADER_METRICS_PORT,
    },
    ({ port }) => log.info({ port, interval_s: config.LOADER_INTERVAL_S }, "loader started"),
  );
  const stopped = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "stopping: the run in hand is finished first");
      stopped.abort();
      process.once(signal, () => process.exit(1));
    });
  }
  while (!stopped.signal.aborted) {
    if (config.LOADER_INTERVAL_S > 0) {
      const outcome = await run({ withDbt: true, withFreshness: true, fullRefresh: false }).catch((error) => ({
        error: describeError(error),
      }));
      log[outcome.error === null ? "info" : "error"](outcome, "run over");
    }
    // A day, and then again: without an interval there is nothing to do but to answer.
    await delay((config.LOADER_INTERVAL_S || 86_400) * 1000, undefined, { signal: stopped.signal }).catch(
      () => undefined,
    );
  }
  server.close();
  await Promise.allSettled([close(), closeMetrics()]);
  log.info("loader stopped");
}
