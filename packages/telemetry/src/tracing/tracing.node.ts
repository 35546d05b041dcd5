import { DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import type { Logger } from "../logger.ts";
import { isTracingConfigured } from "./configured.ts";
import { exportNotice } from "./exportNotice.ts";
import { createTracing, noTracing, type Tracing } from "./tracing.ts";

/** How long an app that ends waits for its last spans to be taken. */
const closeMsMax = 2_000;

const exporters: Record<string, () => SpanExporter> = {
  "http/protobuf": () => new ProtobufExporter(),
  "http/json": () => new JsonExporter(),
};

export type NodeTracing = {
  /** The app's name; `OTEL_SERVICE_NAME` overrides it. */
  app: string;
  log: Logger;
  version?: string;
  /** False where no span is ever active: following the asynchronous work costs every promise a little. */
  followsWork?: boolean;
};

/**
 * Tracing on Node by OpenTelemetry's SDK, which reads its own variables: where to and how spans are sent, how they are
 * sampled and batched. Off, at no cost, where no endpoint is set. A collector that is away costs its spans and nothing else.
 */
export function openTracing({ app, log, version, followsWork = true }: NodeTracing): Tracing {
  const { env } = process;
  if (!isTracingConfigured(env)) return noTracing;
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf";
  const exporter = exporters[protocol];
  if (!exporter) {
    const known = Object.keys(exporters).join(" or ");
    log.error({ protocol, known }, "spans cannot be sent by this protocol; there are no traces");
    return noTracing;
  }
  const provider = withComplaints(
    log,
    () =>
      new NodeTracerProvider({
        resource: resourceOf(app, version),
        spanProcessors: [new BatchSpanProcessor(told(exporter(), log))],
      }),
  );
  // Nothing of a request or a record but its trace is passed on, so there is no propagator: baggage can hold anything.
  provider.register({ propagator: null, ...(followsWork ? {} : { contextManager: null }) });
  return createTracing(provider.getTracer("scoreline"), { close: () => close(provider) });
}

function resourceOf(app: string, version: string | undefined) {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        "service.name": `scoreline-${app}`,
        "service.namespace": "scoreline",
        ...(version === undefined ? {} : { "service.version": version }),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Logs what the SDK has to say of its variables. Later it says what an exporter was answered, which is not ours to log. */
function withComplaints<Result>(log: Logger, work: () => Result): Result {
  const warn = (message: string) => log.warn({ detail: message }, "an OpenTelemetry variable does not fit");
  const silent = () => {};
  const logger = { error: warn, warn, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    return work();
  } finally {
    diag.disable();
  }
}

/** An exporter whose failures are told, seldom. */
function told(exporter: SpanExporter, log: Logger): SpanExporter {
  const notice = exportNotice(log);
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) notice(spans.length, codeOf(result.error));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** The code of a failure: a message can hold what a collector answered. */
function codeOf(error: Error & { code?: unknown }): string {
  return error.code === undefined ? error.name : String(error.code);
}

async function close(provider: NodeTracerProvider): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closeMsMax);
  });
  await Promise.race([provider.shutdown().catch(() => {}), late]);
  clearTimeout(timer);
}
