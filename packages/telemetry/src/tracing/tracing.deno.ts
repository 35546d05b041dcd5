import { context } from "@opentelemetry/api";
import type { Logger } from "../logger.ts";
import { isTracingConfigured } from "./configured.ts";
import { createTracing, noTracing, type Tracing } from "./tracing.ts";

const settings = "OTEL_DENO=true OTEL_DENO_TRACING=false OTEL_DENO_CONSOLE=ignore";

/**
 * Tracing on Deno by its own OpenTelemetry, which samples, batches and sends by the standard variables, and takes spans made by
 * hand also when it makes none of its own. Those must be off (`OTEL_DENO_TRACING=false`): they hold the whole address of
 * every request, with an application's id or whatever a query says, and none can be kept from being sent (2.9.6).
 */
export function openTracing({ log }: { log: Logger }): Tracing {
  const env = Deno.env.toObject();
  if (makesItsOwn()) {
    throw new Error(`Deno's own spans hold the addresses of requests, and so people's data; set ${settings}`);
  }
  if (!isTracingConfigured(env)) return noTracing;
  try {
    // The runtime has its tracer whether or not it sends: the first span tells.
    Deno.telemetry.tracerProvider.getTracer("probe").startSpan("probe");
  } catch {
    log.error({ set: settings }, "Deno sends no spans without these variables; there are no traces");
    return noTracing;
  }
  registerContexts();
  // Without the variable Deno samples every span, also where the sender of the request says that its trace is not kept.
  return createTracing(Deno.telemetry.tracerProvider.getTracer("scoreline"), {
    parentDecides: !env.OTEL_TRACES_SAMPLER,
  });
}

/** What is registered with OpenTelemetry's API, which keeps it under a symbol that all its versions know. */
type Registered = { version?: string; trace?: unknown; context?: unknown };
const registered = Symbol.for("opentelemetry.js.api.1");
const api = () => (globalThis as Record<symbol, Registered | undefined>)[registered];

/** Deno registers its tracer when it makes spans by itself. */
function makesItsOwn(): boolean {
  return api()?.trace !== undefined;
}

/**
 * Has the API ask Deno which span is active. Deno leaves the contexts out where it makes no spans by itself, and registers
 * the rest under a version of its own, beside which the API takes nothing (2.9.6): they are put where Deno puts them.
 */
function registerContexts(): void {
  const known = api();
  if (known) known.context = Deno.telemetry.contextManager;
  else context.setGlobalContextManager(Deno.telemetry.contextManager);
}
