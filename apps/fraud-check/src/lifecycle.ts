import { topics } from "@scoreline/contracts";
import { openApiKeys, type Runtime, runWorker } from "@scoreline/http";
import { type Producer, type ProducerLimits, tracedProducer } from "@scoreline/kafka";
import { connectRenewing, listenCommits, readPositions } from "@scoreline/stores/decisions";
import { createLogger, createMetrics, unreadyParts, watchDependencies } from "@scoreline/telemetry";
import { createApp, partsOf } from "./app.ts";
import { CommitWatch } from "./commitWatch.ts";
import { readConfig } from "./config.ts";
import { createDecisions } from "./store.ts";

/** Makes a producer of a runtime's own Kafka client. */
export type CreateProducer = (
  connection: { brokers: string; clientId: string; onError: (error: { code: number; message: string }) => void },
  limits: Partial<ProducerLimits>,
) => Producer;

const name = "fraud-check";
const queryMsMax = 1_000;
const pollMs = 250;
/** A record that is not acknowledged is given up by the client's side of Kafka after this time at the least. */
const deliveryMsMin = 1_000;

/** Runs fraud-check until it is told to stop. */
export async function run(runtime: Runtime, createProducer: CreateProducer): Promise<void> {
  const config = readConfig(runtime.env);
  const app = `scoreline-${name}`;
  const log = createLogger(name, config.LOG_LEVEL);
  const metrics = createMetrics(name, { runtime: runtime.measurable, process: runtime.figures });
  const tracing = runtime.openTracing({ app: name, log });
  const { sha256 } = runtime;
  const apiKeys = openApiKeys(config.SCORELINE_API_KEY, { app: name, sha256, metrics, log });
  const client = createProducer(
    {
      brokers: config.KAFKA_BROKERS,
      clientId: app,
      onError: (error) => log.warn({ ...error }, "the broker does not answer"),
    },
    {
      deliveryTimeoutMs: Math.max(config.FRAUD_CHECK_WAIT_MS_MAX, deliveryMsMin),
      closeTimeoutMs: config.FRAUD_CHECK_SHUTDOWN_MS_MAX,
    },
  );
  const producer = tracedProducer(client, tracing);
  const database = connectRenewing(config.CREDITDB_URL, { app });
  const decisions = createDecisions(database, queryMsMax);
  const commits = new CommitWatch({
    readPositions: () => readPositions(database.current(), topics.creditApplications.name),
    pollMs,
  });
  const listening = listenCommits(config.CREDITDB_URL, {
    app: `${app}-listener`,
    onCommit: (position) => commits.advance(position),
    onListening: () => {
      log.info("commits are heard");
      void commits.refresh();
    },
  });
  const limits = {
    decisionWaitMsMax: config.FRAUD_CHECK_WAIT_MS_MAX,
    inFlightMax: config.FRAUD_CHECK_IN_FLIGHT_MAX,
    bodyBytesMax: config.FRAUD_CHECK_BODY_BYTES_MAX,
  };
  const worker = createApp({ producer, decisions, commits, apiKeys, metrics, log, tracing, limits });
  const parts = partsOf({ producer, decisions });
  const dependencies = watchDependencies(metrics, parts);
  await runWorker(runtime, {
    name,
    fetch: (request) => worker.fetch(request),
    host: config.FRAUD_CHECK_HOST,
    port: config.FRAUD_CHECK_PORT,
    log,
    shutdownMsMax: config.FRAUD_CHECK_SHUTDOWN_MS_MAX,
    unready: unreadyParts(parts),
    close: async () => {
      dependencies.stop();
      await Promise.allSettled([producer.close(), listening.end(), database.end()]);
      await tracing.close();
    },
  });
}
