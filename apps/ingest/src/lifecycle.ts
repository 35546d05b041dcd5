import type { Producer, ProducerLimits } from "@scoreline/kafka";
import { createLogger, createMetrics } from "@scoreline/telemetry";
import { createApiKeys } from "./apiKeys.ts";
import { createApp } from "./app.ts";
import { type Config, readConfig } from "./config.ts";

/** An open port. */
export interface Listening {
  port: number;
  /** Takes no new requests and resolves when the open ones are finished. */
  stop(): Promise<void>;
  /** Ends the requests that are still open. */
  force(): void;
}

/** What differs between runtimes. */
export interface Runtime {
  env: Record<string, string | undefined>;
  /** Whether the process' own figures (memory, event loop) can be measured. */
  measurable: boolean;
  sha256: (text: string) => Uint8Array;
  createProducer: (
    connection: { brokers: string; clientId: string; onError: (error: { code: number; message: string }) => void },
    limits: Partial<ProducerLimits>,
  ) => Producer;
  serve: (fetch: (request: Request) => Response | Promise<Response>, config: Config) => Promise<Listening>;
  onSignal: (listener: (signal: string) => void) => void;
  exit: (code: number) => void;
}

const readyRetryMs = 500;

/** Runs ingest until it is told to stop. */
export async function run(runtime: Runtime): Promise<void> {
  const config = readConfig(runtime.env);
  const log = createLogger("ingest", config.LOG_LEVEL);
  const metrics = createMetrics("ingest", { runtime: runtime.measurable });
  const producer = runtime.createProducer(
    {
      brokers: config.KAFKA_BROKERS,
      clientId: "scoreline-ingest",
      onError: (error) => log.warn({ ...error }, "the broker does not answer"),
    },
    { deliveryTimeoutMs: config.INGEST_DELIVERY_MS_MAX, closeTimeoutMs: config.INGEST_SHUTDOWN_MS_MAX },
  );
  const apiKeys = createApiKeys(config.SCORELINE_API_KEY, runtime.sha256);
  const limits = { bodyBytesMax: config.INGEST_BODY_BYTES_MAX };
  const app = createApp({ producer, apiKeys, metrics, log, limits });
  const server = await runtime.serve((request) => app.fetch(request), config);
  log.info({ host: config.INGEST_HOST, port: server.port }, "ingest started");

  let stopping = false;
  runtime.onSignal((signal) => {
    if (stopping) return runtime.exit(1);
    stopping = true;
    log.info({ signal }, "stopping: open requests are finished first");
    void stop().then(() => runtime.exit(0));
  });

  async function stop(): Promise<void> {
    const bound = setTimeout(() => server.force(), config.INGEST_SHUTDOWN_MS_MAX);
    await server.stop();
    clearTimeout(bound);
    await producer.close();
    log.info("ingest stopped");
  }

  // The port is open at once and /readyz tells when the broker is there: a start does not hang on another's.
  while (!stopping && !(await isReady(producer))) {
    log.warn({ brokers: config.KAFKA_BROKERS }, "waiting for a broker");
    await new Promise((resolve) => setTimeout(resolve, readyRetryMs));
  }
}

async function isReady(producer: Producer): Promise<boolean> {
  try {
    await producer.ready();
    return true;
  } catch {
    return false;
  }
}
