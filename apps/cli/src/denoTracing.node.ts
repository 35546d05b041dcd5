import { isTracingConfigured } from "@scoreline/telemetry";

/**
 * What has Deno send spans, where the caller's environment asks for traces: its exporter, without the spans that it makes by
 * itself, which hold the addresses of requests, and without the log lines, which go to the log.
 */
export function denoTracing(app: string): Record<string, string> {
  const { env } = process;
  if (!isTracingConfigured(env)) return {};
  return {
    OTEL_DENO: "true",
    OTEL_DENO_TRACING: "false",
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_SERVICE_NAME: env.OTEL_SERVICE_NAME || `scoreline-${app}`,
  };
}
