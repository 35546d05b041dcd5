import { openApiKeys, type Runtime, runWorker } from "@scoreline/http";
import { type Producer, type ProducerLimits, tracedProducer } from "@scoreline/kafka";
import { createLogger, createMetrics, unreadyParts, watchDependencies } from "@scoreline/telemetry";
import { createApp, partsOf } from "./app.ts";
import { readConfig } from "./config.ts";

/** Makes a producer of a runtime's own Kafka client. */
export type CreateProducer = (
  connection: { brokers: string; clientId: string; onError: (error: { code: number; message: string }) => void },
  limits: Partial<ProducerLimits>,
) => Producer;

/** Runs ingest until it is told to stop. */
export async function run(runtime: Runtime, createProducer: CreateProducer): Promise<void> {
  const config = readConfig(runtime.env);
  const log = createLogger("ingest", config.LOG_LEVEL);
  const metrics = createMetrics("ingest", { runtime: runtime.measurable, process: runtime.figures });
  const tracing = runtime.openTracing({ app: "ingest", log });
  const { sha256 } = runtime;
  const apiKeys = openApiKeys(config.SCORELINE_API_KEY, { app: "ingest", sha256, metrics, log });
  const client = createProducer(
    {
      brokers: config.KAFKA_BROKERS,
      clientId: "scoreline-ingest",
      onError: (error) => log.warn({ ...error }, "the broker does not answer"),
    },
    { deliveryTimeoutMs: config.INGEST_DELIVERY_MS_MAX, closeTimeoutMs: config.INGEST_SHUTDOWN_MS_MAX },
  );
  const producer = tracedProducer(client, tracing);
  const limits = { bodyBytesMax: config.INGEST_BODY_BYTES_MAX };
  const app = createApp({ producer, apiKeys, metrics, log, tracing, limits });
  const parts = partsOf({ producer });
  const dependencies = watchDependencies(metrics, parts);
  await runWorker(runtime, {
    name: "ingest",
    fetch: (request) => app.fetch(request),
    host: config.INGEST_HOST,
    port: config.INGEST_PORT,
    log,
    shutdownMsMax: config.INGEST_SHUTDOWN_MS_MAX,
    unready: unreadyParts(parts),
    close: async () => {
      dependencies.stop();
      await producer.close();
      await tracing.close();
    },
  });
}
