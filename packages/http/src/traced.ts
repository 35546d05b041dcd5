import { failed, readTraceparent, SpanKind, type Tracing, traceparentHeader } from "@scoreline/telemetry";
import type { MiddlewareHandler } from "hono";
import { methodOf, routeOf } from "./routes.ts";

/**
 * A server span for every request but those of probes and scrapes, in the trace that the sender names in `traceparent`, if it
 * does. Its name and attributes are OpenTelemetry's for HTTP, without the address: a path can name an application.
 */
export function traced(tracing: Tracing, untraced: readonly string[]): MiddlewareHandler {
  if (!tracing.isOn) return (_, next) => next();
  return async (c, next) => {
    if (untraced.includes(c.req.path)) return next();
    const method = methodOf(c) ?? "_OTHER";
    const start = {
      kind: SpanKind.SERVER,
      parent: readTraceparent(c.req.header(traceparentHeader)),
      attributes: { "http.request.method": method },
    };
    await tracing.within(method, start, async (span) => {
      await next();
      if (!span) return;
      const route = routeOf(c);
      if (route !== undefined) {
        span.updateName(`${method} ${route}`);
        span.setAttribute("http.route", route);
      }
      span.setAttribute("http.response.status_code", c.res.status);
      if (c.res.status >= 500) failed(span, c.error ?? { code: c.res.status });
    });
  };
}
