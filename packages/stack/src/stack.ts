import { join } from "node:path";
import { type PortName, readConfig, type StackConfig } from "./config.ts";
import { type StackEnv, stackEnv, writeEnv } from "./env-file.ts";
import {
  assertHome,
  emptyHome,
  type Home,
  type HomeState,
  makeHome,
  newSecret,
  readState,
  writeState,
} from "./home.ts";
import { withLock } from "./lock.mjs";
import { choosePorts, scorerName } from "./ports.ts";
import { recordNames } from "./records.ts";
import { type OnStackEvent, type ServiceDefinition, ServiceFailed, type ServiceStatus } from "./service.ts";
import { kafkaService } from "./services/kafka.ts";
import { ferretdbService, mongoAnswers, mongodService } from "./services/mongo.ts";
import { postgresService } from "./services/postgres.ts";
import { prometheusMissing } from "./services/prometheus.ts";
import { which } from "./setup/programs.ts";
import { failureOf, logFileOf, pidOf, startService, stopAll, stopService } from "./supervise.ts";
import { tools } from "./tools.ts";

/** The servers every stack has. */
export const coreServices = ["kafka", "postgres", "mongo"] as const;
export type CoreService = (typeof coreServices)[number];

export interface UpOptions {
  /** Start empty: stop everything of this home and remove what it stored. */
  readonly fresh?: boolean;
  /** Only these (and what they depend on); all unless told. */
  readonly services?: readonly CoreService[];
  readonly on?: OnStackEvent;
  /** Processes of the scorer: their ports are kept, and any beyond them stopped. As many as before unless told. */
  readonly scorers?: number;
  /** Whether Prometheus watches the stack. As before unless told. */
  readonly monitoring?: boolean;
  /** Read from the environment unless given. */
  readonly config?: StackConfig;
}

/** The service that uses a port, by its record's name. */
const portUsers: Readonly<Record<PortName, string>> = {
  kafka: "kafka",
  kafkaController: "kafka",
  postgres: "postgres",
  mongo: "mongo",
  ingest: "ingest",
  fraudCheck: "fraud-check",
  scorerMetrics: "scorer",
  loaderMetrics: "loader",
};

const keptLogs = ["setup.log"] as const;

/**
 * Brings the stack to health and gives what clients need to attach to it: starts what does not run, restarts what
 * crashed or does not answer, leaves alone what is healthy. Two at once wait for each other. Throws `ServiceFailed`, or an
 * `Error` that says what to do (no set-up, a directory that is not a stack's).
 */
export async function up(home: Home, options: UpOptions = {}): Promise<StackEnv> {
  const on = options.on ?? (() => {});
  const scorers = options.scorers === undefined ? {} : { scorers: options.scorers };
  const watched = options.monitoring === undefined ? {} : { monitoring: options.monitoring };
  const config = { ...(options.config ?? readConfig()), ...scorers, ...watched };
  assertHome(home);
  const monitoring = config.monitoring ?? readState(home)?.prometheusPort !== undefined;
  if (monitoring && tools().prometheus === null) throw new Error(prometheusMissing);
  return withStackLock(home, on, async () => {
    assertHome(home);
    if (options.fresh) {
      await stopAll(home, on);
      emptyHome(home, keptLogs);
    }
    makeHome(home);
    const state = await settleState(home, config, on);
    await stopSpareScorers(home, state, on);
    if (state.prometheusPort === undefined) await stopService(home, "prometheus", on);
    await startCore(home, await definitions(home, state, config), options.services ?? coreServices, on);
    if (state.externalMongoUrl !== undefined) await checkExternalMongo(home, state.externalMongoUrl, on);
    const env = stackEnv(state);
    writeEnv(home, env);
    return env;
  });
}

/** Stops everything that was started in this home, the apps' services too, and leaves no process. Gives their names. */
export async function down(home: Home, options: { readonly on?: OnStackEvent } = {}): Promise<string[]> {
  assertHome(home);
  return withStackLock(home, options.on ?? (() => {}), () => stopAll(home, options.on));
}

/**
 * The health of the core services, of those whose definitions are given, and of every other one that was started here
 * (`running` when it lives: only a definition can tell more). Changes nothing.
 */
export async function status(home: Home, others: readonly ServiceDefinition[] = []): Promise<ServiceStatus[]> {
  const state = readState(home);
  if (state === undefined)
    return coreServices.map((name) => ({ name, state: "stopped", logFile: logFileOf(home, name) }));
  const core = await definitions(home, state, readConfig());
  const known = [...core, ...others];
  const names = new Set([...coreServices, ...others.map(({ name }) => name), ...recordNames(home)]);
  return Promise.all(
    [...names].map((name) =>
      name === "mongo" && state.externalMongoUrl !== undefined
        ? externalMongoStatus(home, state.externalMongoUrl)
        : serviceStatus(
            home,
            name,
            known.find((definition) => definition.name === name),
          ),
    ),
  );
}

async function serviceStatus(
  home: Home,
  name: string,
  definition: ServiceDefinition | undefined,
): Promise<ServiceStatus> {
  const logFile = logFileOf(home, name);
  const pid = pidOf(home, name);
  if (pid === undefined) return { name, logFile, state: recordNames(home).includes(name) ? "crashed" : "stopped" };
  if (definition === undefined) return { name, logFile, pid, state: "running" };
  const detail = await failureOf(definition);
  return detail === undefined
    ? { name, logFile, pid, state: "healthy" }
    : { name, logFile, pid, state: "unhealthy", detail };
}

async function externalMongoStatus(home: Home, url: string): Promise<ServiceStatus> {
  const base = { name: "mongo", logFile: logFileOf(home, "mongo") };
  try {
    await mongoAnswers(url);
    return { ...base, state: "healthy" };
  } catch (error) {
    return {
      ...base,
      state: "unhealthy",
      detail: `MONGO_URL: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function withStackLock<T>(home: Home, on: OnStackEvent, work: () => Promise<T>): Promise<T> {
  return withLock(join(home.locksDir, "stack"), work, { onWait: (holderPid) => on({ type: "waiting", holderPid }) });
}

async function settleState(home: Home, config: StackConfig, on: OnStackEvent): Promise<HomeState> {
  const before = readState(home);
  const users = Object.entries(portUsers).map(([name, user]) => ({ user, port: before?.ports[name as PortName] }));
  const scorers = (before?.scorerPorts ?? []).map((port, index) => ({ user: scorerName(index + 2), port }));
  const watcher = { user: "prometheus", port: before?.prometheusPort };
  const inUse = new Set(
    [...users, ...scorers, watcher].flatMap(({ user, port }) =>
      port === undefined || pidOf(home, user) === undefined ? [] : [port],
    ),
  );
  const secrets = {
    postgresPassword: before?.postgresPassword ?? newSecret(),
    apiKey: before?.apiKey ?? newSecret(),
  };
  const external = config.mongoUrl === undefined ? {} : { externalMongoUrl: config.mongoUrl };
  let state: HomeState | undefined;
  await choosePorts(home, config, inUse, on, (chosen) => {
    state = { format: 1, ...chosen, ...secrets, ...external };
    writeState(home, state);
  });
  if (state === undefined) throw new Error("no ports were chosen");
  return state;
}

/** Ends the scorers that a smaller number leaves over. */
async function stopSpareScorers(home: Home, { scorerPorts }: HomeState, on: OnStackEvent): Promise<void> {
  const kept = new Set(["", ...scorerPorts].map((_, index) => scorerName(index + 1)));
  const spare = recordNames(home).filter((name) => /^scorer-\d+$/.test(name) && !kept.has(name));
  await Promise.all(spare.map((name) => stopService(home, name, on)));
}

async function definitions(home: Home, state: HomeState, config: StackConfig): Promise<ServiceDefinition[]> {
  const { kafkaLibs, ferretdb } = tools();
  const core = [kafkaService(home, state, kafkaLibs), await postgresService(home, state)];
  if (state.externalMongoUrl !== undefined) return core;
  const mongod = which("mongod", { PATH: config.path });
  if (mongod !== undefined) return [...core, mongodService(home, state, mongod)];
  if (ferretdb === null) throw new Error("no MONGO_URL, no mongod on PATH and no FerretDB: run npm run setup");
  return [...core, ferretdbService(state, ferretdb)];
}

/** Starts side by side what does not wait for another. All are awaited, so that a failure leaves nothing half started. */
async function startCore(
  home: Home,
  known: readonly ServiceDefinition[],
  wanted: readonly string[],
  on: OnStackEvent,
): Promise<void> {
  const started = new Map<string, Promise<unknown>>();
  const start = (name: string): Promise<unknown> => {
    const definition = known.find((one) => one.name === name);
    if (definition === undefined) return Promise.resolve();
    const running =
      started.get(name) ??
      Promise.all((definition.dependsOn ?? []).map(start)).then(() => startService(home, definition, on));
    started.set(name, running);
    return running;
  };
  const results = await Promise.allSettled(wanted.map(start));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function checkExternalMongo(home: Home, url: string, on: OnStackEvent): Promise<void> {
  try {
    await mongoAnswers(url);
    on({ type: "already-healthy", service: "mongo", pid: undefined });
  } catch (error) {
    const reason = `the server of MONGO_URL does not answer: ${error instanceof Error ? error.message : String(error)}`;
    throw new ServiceFailed("mongo", logFileOf(home, "mongo"), reason, "", error);
  }
}
