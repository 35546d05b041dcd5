import { join } from "node:path";
import {
  denoEnvironment,
  type Home,
  prometheusService,
  repositoryRoot,
  type ServiceDefinition,
  type StackEnv,
  scorerName,
  tools,
} from "@scoreline/stack";
import { denoTracing } from "./denoTracing.node.ts";

/** What runs the two HTTP workers, ingest and fraud-check. */
export type HttpRuntime = "node" | "deno";

/**
 * Node's settings for an app. Most of what the scorer makes of a record lives until the record is committed: in semi-spaces
 * of 64 MiB it is gone when they are collected, where with Node's 16 MiB it is moved first, for up to a tenth of the throughput.
 */
const nodeSettings: Readonly<Record<string, readonly string[]>> = { scorer: ["--max-semi-space-size=64"] };

/**
 * Threads for what is asked of librdkafka: each of the scorer's three consumers keeps one while it polls, and Node has four
 * unless told.
 */
const scorerThreads = "8";

/** The arguments with which Node runs an app's TypeScript; `root` is the checkout. */
export function nodeArguments(app: string, root = repositoryRoot): string[] {
  return [...(nodeSettings[app] ?? []), "--import", "tsx", join(root, "apps", app, "src", "main.node.ts")];
}

/** The apps of a local stack, in the order they start. Each has the caller's environment besides, and so its `OTEL_*` variables. */
export function appServices(home: Home, env: StackEnv, runtime: HttpRuntime = "node"): ServiceDefinition[] {
  const node = { command: process.execPath, cwd: repositoryRoot, dependsOn: ["kafka", "postgres", "mongo"] };
  const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
  return [
    {
      name: "ingest",
      ...httpCommand("ingest", runtime, {
        KAFKA_BROKERS,
        SCORELINE_API_KEY: env.SCORELINE_API_KEY,
        INGEST_PORT: portOf(env.INGEST_URL),
      }),
      cwd: repositoryRoot,
      dependsOn: ["kafka"],
      ready: () => answers(env.INGEST_URL, "/readyz"),
    },
    {
      name: "fraud-check",
      ...httpCommand("fraud-check", runtime, {
        KAFKA_BROKERS,
        CREDITDB_URL,
        SCORELINE_API_KEY: env.SCORELINE_API_KEY,
        FRAUD_CHECK_PORT: portOf(env.FRAUD_CHECK_URL),
      }),
      cwd: repositoryRoot,
      dependsOn: ["kafka", "postgres"],
      ready: () => answers(env.FRAUD_CHECK_URL, "/readyz"),
    },
    ...env.SCORER_METRICS_URLS.split(",").map((metricsUrl, index) => ({
      ...node,
      name: scorerName(index + 1),
      args: nodeArguments("scorer"),
      env: {
        UV_THREADPOOL_SIZE: scorerThreads,
        KAFKA_BROKERS,
        CREDITDB_URL,
        MONGO_URL,
        SCORER_METRICS_PORT: portOf(metricsUrl),
        SCORER_INSTANCE_ID: `scorer-${index + 1}`,
      },
      ready: () => answers(metricsUrl, "/readyz"),
    })),
    {
      ...node,
      name: "loader",
      args: [...nodeArguments("loader"), "serve"],
      env: loaderEnv(home, env),
      ready: () => answers(env.LOADER_METRICS_URL, "/readyz"),
    },
    ...(env.PROMETHEUS_URL === undefined ? [] : [prometheusService(home, env)]),
  ];
}

function httpCommand(app: string, runtime: HttpRuntime, env: Record<string, string>) {
  if (runtime === "node") return { command: process.execPath, args: nodeArguments(app), env };
  const { deno, denoDir } = tools();
  const args = ["task", "--quiet", "--cwd", `apps/${app}`, "start"];
  return { command: deno, args, env: { ...env, ...denoEnvironment(denoDir), ...denoTracing(app) } };
}

/** What the loader needs besides the stores' addresses: dbt, the dbt project, and a folder for dbt's own files. */
export function loaderEnv(home: Home, env: StackEnv): Record<string, string> {
  return {
    CREDITDB_URL: env.CREDITDB_URL,
    DW_FINANCE_URL: env.DW_FINANCE_URL,
    MONGO_URL: env.MONGO_URL,
    LOADER_METRICS_PORT: portOf(env.LOADER_METRICS_URL),
    DBT_PATH: tools().dbt,
    WAREHOUSE_DIR: join(repositoryRoot, "warehouse"),
    SCORELINE_STATE_DIR: join(home.dataDir, "loader"),
    OPENLINEAGE_FILE: join(home.dataDir, "loader", "lineage.ndjson"),
  };
}

function portOf(url: string): string {
  return new URL(url).port;
}

/** One attempt to get 200 from a path of a service; rejects with what it answered instead. */
async function answers(url: string, path: string): Promise<void> {
  const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(5_000) });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${body.slice(0, 200)}`);
}
