import { expect, test } from "vitest";
import { isTracingConfigured } from "./configured.ts";

const endpoint = "http://127.0.0.1:4318";

test.each<[what: string, env: Record<string, string>, configured: boolean]>([
  ["nothing", {}, false],
  ["an endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
  ["an endpoint for traces", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, true],
  ["an endpoint for metrics", { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: endpoint }, false],
  ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
  ["a sampler alone", { OTEL_TRACES_SAMPLER: "always_on" }, false],
  ["no exporter of traces", { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: "none" }, false],
  ["a disabled SDK", { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "TRUE" }, false],
])("%s: %o", (_, env, configured) => {
  expect(isTracingConfigured(env)).toBe(configured);
});
