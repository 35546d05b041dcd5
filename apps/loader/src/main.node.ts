import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { EnvironmentError } from "@scoreline/contracts";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, migrate } from "@scoreline/stores/postgres";
import { createLogger, createMetrics, healthRoutes } from "@scoreline/telemetry";
import { Command } from "commander";
import { readConfig } from "./config.ts";
import { addHistory } from "./history/command.ts";
import { describeError } from "./jobs.ts";
import { withJobMetrics } from "./metrics.ts";
import { addOutcomes } from "./outcomes/command.ts";
import { formatSummary } from "./summary.ts";
import { UsageError } from "./usage.ts";
import { type RunOptions, type RunSummary, runWarehouse } from "./warehouse.ts";

/** Everything that a command needs, from the environment. `close` lets go of the stores. */
function open(onNotice: (notice: string) => void) {
  const config = readConfig(process.env);
  const sql = connectPostgres(config.CREDITDB_URL, { app: "scoreline-loader", connectionsMax: 2 });
  const { client, db } = connectMongo(config.MONGO_URL, { app: "scoreline-loader" });
  const inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV"];
  const environment = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const deps = {
    creditdbUrl: config.CREDITDB_URL,
    warehouseUrl: config.DW_FINANCE_URL,
    jobs: sql,
    mongo: db,
    dbt: {
      dbtPath: config.DBT_PATH,
      warehouseDir: config.WAREHOUSE_DIR ?? fileURLToPath(new URL("../../../warehouse", import.meta.url)),
      stateDir: join(config.SCORELINE_STATE_DIR ?? join(homedir() || tmpdir(), ".cache", "scoreline"), "dbt"),
      reportingTimeZone: config.REPORTING_TIME_ZONE,
      environment,
    },
    onNotice,
  };
  const run = async (options: RunOptions): Promise<RunSummary> => {
    await migrate(config.DW_FINANCE_URL, "dw_finance");
    return runWarehouse(deps, options);
  };
  const close = () => Promise.allSettled([sql.end({ timeout: 5 }), client.close()]);
  return { config, deps, sql, db, run, close };
}

async function runOnce({
  dbt,
  freshness,
  fullRefresh,
  json,
}: Record<"dbt" | "freshness" | "fullRefresh" | "json", boolean>) {
  const { run, close } = open((notice) => console.error(notice));
  const summary = await run({ withDbt: dbt, withFreshness: freshness, fullRefresh }).finally(close);
  console.log(json ? JSON.stringify(summary) : formatSummary(summary));
  if (summary.status === "failed") process.exitCode = 1;
}

async function serveJobs() {
  const { config, sql, db, run, close } = open((notice) => log.info(notice));
  const log = createLogger("loader", config.LOG_LEVEL);
  const metrics = withJobMetrics(createMetrics("loader", { runtime: true }), sql);
  const unready = async () => {
    const answers = await Promise.allSettled([sql`select 1`, db.command({ ping: 1 })]);
    return ["postgres", "mongodb"].filter((_, index) => answers[index]?.status === "rejected");
  };
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
  await close();
  log.info("loader stopped");
}

const program = new Command("loader").description("Brings decisions and alerts to the warehouse and builds its marts.");
program
  .command("run")
  .description("load once and build once; exits with 1 when a job or a test failed")
  .option("--json", "print one JSON object on standard output", false)
  .option("--no-dbt", "load only")
  .option("--no-freshness", "do not ask dbt how fresh the sources are")
  .option("--full-refresh", "compute every row of the marts anew, in place", false)
  .action(runOnce);
program
  .command("serve")
  .description("answer /livez, /readyz and /metrics, and run every LOADER_INTERVAL_S seconds when that is above 0")
  .action(serveJobs);
addOutcomes(program, open);
addHistory(program, open);

try {
  await program.parseAsync();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = error instanceof EnvironmentError || error instanceof UsageError ? 2 : 1;
}
