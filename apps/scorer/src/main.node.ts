import { serve } from "@hono/node-server";
import { EnvironmentError, readEnvironment, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import { createConsumer, createProducer, describeTopics } from "@scoreline/kafka/librdkafka";
import { connectMongo, readPolicies } from "@scoreline/stores/mongo";
import { connectCommitter, connectPostgres } from "@scoreline/stores/postgres";
import { createLogger, createMetrics, healthRoutes } from "@scoreline/telemetry";
import manifest from "../package.json" with { type: "json" };
import { Config } from "./config.ts";
import { createObserver } from "./observer.ts";
import { Policies } from "./policies.ts";
import { createProjector } from "./projections.ts";
import { applicationReader } from "./read.ts";
import { readRefusal } from "./refusals.ts";
import { Scorer } from "./scorer.ts";
import { SeenIds } from "./seenIds.ts";
import { heardBy, StallDetector } from "./stall.ts";

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
const metrics = createMetrics("scorer", { runtime: true });
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
const producer = createProducer(kafka);
const consumer = createConsumer({
  ...kafka,
  groupId: config.SCORER_GROUP_ID,
  sessionTimeoutMs: config.SCORER_SESSION_TIMEOUT_MS,
  ...(config.SCORER_INSTANCE_ID ? { groupInstanceId: config.SCORER_INSTANCE_ID } : {}),
});
const stalls = new StallDetector();
const observer = heardBy(createObserver(metrics, log), stalls);
const policies = new Policies({ read: () => readPolicies(db), observer });
const scorer = new Scorer({
  consumer,
  describe: (names) => describeTopics(kafka, names),
  sql,
  commit: committer.commit,
  seen: new SeenIds(),
  policies,
  project: createProjector({ producer, db }),
  readers: {
    [topics.creditApplications.name]: applicationReader(
      (userId) => partitionForKey(userId, topics.creditApplications.partitions),
      version,
    ),
    [topics.deadLetters.name]: readRefusal,
  },
  observer,
  version,
  stalls,
  metrics,
  log,
});

async function unready(): Promise<string[]> {
  const answers = await Promise.allSettled([sql`select 1`, db.command({ ping: 1 }), producer.ready()]);
  const silent = ["postgres", "mongodb", "kafka"].filter((_, index) => answers[index]?.status === "rejected");
  if (!policies.snapshot) silent.push("policies");
  silent.push(...scorer.stopped);
  return scorer.joined ? silent : [...silent, "consumer group"];
}

const alive = () => stalls.stalled(performance.now()).length === 0;

const server = serve(
  {
    fetch: healthRoutes({ alive, unready, metrics }).fetch,
    hostname: config.SCORER_METRICS_HOST,
    port: config.SCORER_METRICS_PORT,
  },
  ({ port }) => log.info({ port }, "scorer started"),
);
let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "stopping: the batches in hand are finished first");
    scorer.stop();
    setTimeout(() => {
      log.error({ ms: shutdownMsMax }, "what was in hand is not finished in time; it is left to the next holder");
      process.exit(1);
    }, shutdownMsMax).unref();
  });
}

try {
  // Connecting begins now, so that the first projection need not wait for it; when it fails, the projection tries again.
  producer.ready().catch((error: unknown) => log.warn({ error: String(error) }, "the broker does not answer yet"));
  policies.start();
  await scorer.run();
} catch (error) {
  log.fatal(
    { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    "the scorer met a defect and ends",
  );
  process.exitCode = 1;
}
server.close();
policies.stop();
await Promise.allSettled([producer.close(), sql.end({ timeout: 5 }), committer.end(), mongo.close()]);
log.info("scorer stopped");
