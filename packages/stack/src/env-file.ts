import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type Home, type HomeState, writePrivately } from "./home.ts";
import { kafkaBrokers } from "./services/kafka.ts";
import { mongoUrl } from "./services/mongo.ts";
import { postgresUrl } from "./services/postgres.ts";

const StackEnv = z.object({
  KAFKA_BROKERS: z.string(),
  CREDITDB_URL: z.string(),
  DW_FINANCE_URL: z.string(),
  MONGO_URL: z.string(),
  INGEST_URL: z.string(),
  FRAUD_CHECK_URL: z.string(),
  SCORER_METRICS_URL: z.string(),
  /** Of every scorer, the first one's too: comma separated, one for each process. */
  SCORER_METRICS_URLS: z.string(),
  LOADER_METRICS_URL: z.string(),
  /** Where Prometheus watches this stack; absent where it does not. */
  PROMETHEUS_URL: z.string().exactOptional(),
  SCORELINE_API_KEY: z.string(),
});

/** All a client needs to attach to a stack. */
export type StackEnv = z.infer<typeof StackEnv>;

/** What the home's `env` file holds, from the state it is written from. */
export function stackEnv(state: HomeState): StackEnv {
  const http = (port: number, path = "") => `http://127.0.0.1:${port}${path}`;
  const scorerPorts = [state.ports.scorerMetrics, ...state.scorerPorts];
  return {
    KAFKA_BROKERS: kafkaBrokers(state),
    CREDITDB_URL: postgresUrl(state, "creditdb"),
    DW_FINANCE_URL: postgresUrl(state, "dw_finance"),
    MONGO_URL: mongoUrl(state),
    INGEST_URL: http(state.ports.ingest),
    FRAUD_CHECK_URL: http(state.ports.fraudCheck),
    SCORER_METRICS_URL: http(state.ports.scorerMetrics, "/metrics"),
    SCORER_METRICS_URLS: scorerPorts.map((port) => http(port, "/metrics")).join(","),
    LOADER_METRICS_URL: http(state.ports.loaderMetrics, "/metrics"),
    ...(state.prometheusPort === undefined ? {} : { PROMETHEUS_URL: http(state.prometheusPort) }),
    SCORELINE_API_KEY: state.apiKey,
  };
}

/** Writes `$SCORELINE_HOME/env`: KEY=VALUE lines without quotes, for the owner only. */
export function writeEnv(home: Home, env: StackEnv): void {
  writePrivately(
    home.envFile,
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
}

/** Reads the home's `env` file; throws saying how to make one when there is none, or which value is missing. */
export function readEnv(home: Home): StackEnv {
  if (!existsSync(home.envFile)) throw new Error(`no stack has been started in ${home.dir}: run npx scoreline up`);
  const pairs = readFileSync(home.envFile, "utf8")
    .split("\n")
    .filter((line) => line.includes("="))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  const parsed = StackEnv.safeParse(Object.fromEntries(pairs));
  if (!parsed.success) throw new Error(`${home.envFile} does not fit: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
