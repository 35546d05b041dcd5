export { catalogue, type KeyOf, type MetricDefinition } from "./catalogue.ts";
export { type DependencyWatchOptions, type Probe, unreadyParts, watchDependencies } from "./dependencies.ts";
export { messageOf, stackOf, wordsOf } from "./errorWords.ts";
export { type Health, healthRoutes } from "./health.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
export type { ProcessFigures } from "./processFigures.ts";
export { isTracingConfigured } from "./tracing/configured.ts";
export { isSampled, readTraceparent, sampledIn, traceparentHeader, writeTraceparent } from "./tracing/traceparent.ts";
export {
  failed,
  noTracing,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStart,
  type Tracing,
} from "./tracing/tracing.ts";
