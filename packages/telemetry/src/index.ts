export { catalogue, type KeyOf, type MetricDefinition } from "./catalogue.ts";
export { type DependencyWatchOptions, type Probe, watchDependencies } from "./dependencies.ts";
export { type Health, healthRoutes } from "./health.ts";
export { createLogger, type Logger } from "./logger.ts";
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.ts";
export type { ProcessFigures } from "./processFigures.ts";
