import { serve } from "@hono/node-server";
import { EnvironmentError, readEnvironment, type TopicDefinition, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import { createBatchProducer, createConsumer, describeTopics } from "@scoreline/kafka/librdkafka";
import { connectMongo, insertRawTransactions, rawTransactionOf, readPolicies } from "@scoreline/stores/mongo";
import { connectCommitter, connectPostgres } from "@scoreline/stores/postgres";
import {
  createLogger,
  createMetrics,
  healthRoutes,
  noTracing,
  stackOf,
  unreadyParts,
  watchDependencies,
  wordsOf,
} from "@scoreline/telemetry";
import { openTracing } from "@scoreline/telemetry/tracing.node";
import manifest from "../package.json" with { type: "json" };
import { applications } from "./applications.ts";
import { Config } from "./config.ts";
import { createObserver } from "./observer.ts";
import type { PartitionDeps } from "./partition.ts";
import { Policies } from "./policies.ts";
import { createProjectors } from "./projections.ts";
import { applicationReader, transactionReader } from "./read.ts";
import { readRefusal } from "./refusals.ts";
import { Scorer } from "./scorer.ts";
import { SeenIds } from "./seenIds.ts";
import { heardBy, StallDetector } from "./stall.ts";
import type { Kind } from "./subject.ts";
import { type TransactionKind, transactions } from "./transactions.ts";

/** How long a scorer may take to end after the first signal: below the 30 s that Kubernetes and Docker Compose can give. */
const shutdownMsMax = 25_000;

/** A statement that takes longer is ended by Postgres and tried again, so that no wait is without end. */
const statementMsMax = 15_000;

/** A query that is not answered is given up after this and tried again on another connection. */
const answerMsMax = 20_000;

function configure() {
  try {
    return readEnvironment("scorer", Config, process.env);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}

const config = configure();
const version = config.SCORELINE_COMMIT ? `${manifest.version}+${config.SCORELINE_COMMIT}` : manifest.version;
const log = createLogger("scorer", config.LOG_LEVEL);
const metrics = createMetrics("scorer", { runtime: true, off: config.SCORER_TELEMETRY === "off" });
// No span is ever active here, since a batch's records have traces of their own.
const tracing =
  config.SCORER_TELEMETRY === "off" ? noTracing : openTracing({ app: "scorer", log, version, followsWork: false });
const kafka = {
  brokers: config.KAFKA_BROKERS,
  clientId: "scoreline-scorer",
  onError: (error: { code: number; message: string }) => log.warn({ ...error }, "the broker does not answer"),
};
const bounds = { statementMsMax, answerMsMax };
const sql = connectPostgres(config.CREDITDB_URL, { app: "scoreline-scorer", connectionsMax: 8, ...bounds });
const committer = connectCommitter(config.CREDITDB_URL, {
  app: "scoreline-scorer",
  connectionsMax: 4,
  statementMsMax,
});
const { client: mongo, db } = connectMongo(config.MONGO_URL, { app: "scoreline-scorer" });
const producer = createBatchProducer(kafka);
const observer = createObserver(metrics, log);
const policies = new Policies({ read: () => readPolicies(db), observer });
const shared = {
  describe: (names: string[]) => describeTopics(kafka, names),
  sql,
  commit: committer.commit,
  policies,
  version,
  metrics,
  log,
  tracing,
};
const projectors = createProjectors({ producer, db, observer, tracing });

/** What a topic's scorer has to itself. */
type Own<K extends Kind> = Pick<PartitionDeps<K>, "subject" | "read" | "project" | "trail"> & { scores: boolean };

/** A scorer of one topic, in a consumer group of its own. */
function scorerOf<K extends Kind>(source: TopicDefinition, groupId: string, own: Own<K>) {
  const consumer = createConsumer({
    ...kafka,
    groupId,
    sessionTimeoutMs: config.SCORER_SESSION_TIMEOUT_MS,
    ...(config.SCORER_INSTANCE_ID ? { groupInstanceId: config.SCORER_INSTANCE_ID } : {}),
  });
  const stalls = new StallDetector();
  const heard = heardBy(observer, stalls);
  const scorer = new Scorer<K>({ ...shared, ...own, seen: new SeenIds(), source, consumer, stalls, observer: heard });
  return { scorer, stalls };
}

const partitionsOf =
  ({ partitions }: TopicDefinition) =>
  (userId: string) =>
    partitionForKey(userId, partitions);

const rawTransactions: NonNullable<PartitionDeps<TransactionKind>["trail"]> = {
  name: "raw_transactions",
  write: (place, events) =>
    insertRawTransactions(
      db,
      events.map((event) => rawTransactionOf(place, event)),
    ),
};

const running = [
  scorerOf(topics.creditApplications, config.SCORER_GROUP_ID, {
    subject: applications,
    read: applicationReader(partitionsOf(topics.creditApplications), version),
    project: projectors.applications,
    scores: true,
  }),
  scorerOf(topics.transactions, `${config.SCORER_GROUP_ID}-transactions`, {
    subject: transactions,
    read: transactionReader(partitionsOf(topics.transactions), version),
    project: projectors.transactions,
    trail: rawTransactions,
    scores: true,
  }),
  // Their good records are nobody's here: only what ingest refused is taken down.
  scorerOf(topics.deadLetters, `${config.SCORER_GROUP_ID}-dead-letters`, {
    subject: applications,
    read: readRefusal,
    project: projectors.applications,
    scores: false,
  }),
];

/** Runs all of them until they are stopped; a defect in one ends the others too, and is thrown. */
async function run(): Promise<void> {
  const ended = await Promise.allSettled(running.map(({ scorer }) => scorer.run().finally(stop)));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

function stop(): void {
  for (const { scorer } of running) scorer.stop();
}

/** What the scorer stands on, and how each part is asked whether it answers. */
const parts = {
  postgres: async () => void (await sql`select 1`),
  mongodb: () => db.command({ ping: 1 }),
  kafka: () => producer.ready(),
};
const dependencies = watchDependencies(metrics, parts);
const silentParts = unreadyParts(parts);

async function unready(): Promise<string[]> {
  const silent = await silentParts();
  if (!policies.snapshot) silent.push("policies");
  silent.push(...running.flatMap(({ scorer }) => scorer.stopped));
  return running.every(({ scorer }) => scorer.joined) ? silent : [...silent, "consumer group"];
}

const alive = () => running.every(({ stalls }) => stalls.stalled(performance.now()).length === 0);

const server = serve(
  {
    fetch: healthRoutes({ alive, unready, metrics }).fetch,
    hostname: config.SCORER_METRICS_HOST,
    port: config.SCORER_METRICS_PORT,
  },
  ({ port }) => log.info({ port }, "scorer started"),
);
const defect = "the scorer met a defect and ends";
// Node's own report would print all that the error holds, which can be a record.
process.on("uncaughtException", (error) => {
  log.fatal({ error: stackOf(error) }, defect);
  process.exit(1);
});
const signals = ["SIGTERM", "SIGINT"] as const;
for (const signal of signals) {
  process.on(signal, () => {
    // A second one has its default effect. `process.exit` would take down what native calls under way still use.
    for (const each of signals) process.removeAllListeners(each);
    log.info({ signal }, "stopping: the batches in hand are finished first");
    stop();
    setTimeout(() => {
      log.error({ ms: shutdownMsMax }, "what was in hand is not finished in time; it is left to the next holder");
      process.kill(process.pid, "SIGKILL");
    }, shutdownMsMax).unref();
  });
}

try {
  // Connecting begins now, so that the first projection need not wait for it; when it fails, the projection tries again.
  producer.ready().catch((error: unknown) => log.warn({ error: wordsOf(error) }, "the broker does not answer yet"));
  policies.start();
  await run();
} catch (error) {
  log.fatal({ error: stackOf(error) }, defect);
  process.exitCode = 1;
}
dependencies.stop();
server.close();
policies.stop();
await Promise.allSettled([producer.close(), sql.end({ timeout: 5 }), committer.end(), mongo.close(), tracing.close()]);
log.info("scorer stopped");
