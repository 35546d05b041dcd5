type Environment = Record<string, string | undefined>;

/** Whether OpenTelemetry's own variables ask for traces (OpenTelemetry specification, SDK environment variables). */
export function isTracingConfigured(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none") return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT);
}
