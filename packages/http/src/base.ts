import { healthRoutes, type Logger, type Metrics, noTracing, stackOf, type Tracing } from "@scoreline/telemetry";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { type ApiKeys, bearerOf } from "./apiKeys.ts";
import { type Problem, problem, problemResponse } from "./problems.ts";
import { knownMethods, methodOf, routeOf } from "./routes.ts";
import { traced } from "./traced.ts";

export interface BaseDeps {
  metrics: Metrics;
  log: Logger;
  tracing?: Tracing | undefined;
  /** What `/readyz` asks: the names of the parts that do not answer. */
  unready: () => Promise<string[]>;
  /** Where to turn instead of an address that does not exist. */
  hint: string;
}

const healthPaths = ["/livez", "/readyz", "/metrics"];

/** What every HTTP worker has before its own routes: traces, request metrics, health, and answers to what nothing else answers. */
export function createBase({ metrics, log, tracing = noTracing, unready, hint }: BaseDeps): Hono {
  const app = new Hono();
  app.use(traced(tracing, healthPaths));
  app.use(measured(metrics));
  metrics.onExpose(() => zeroRoutes(app, metrics));
  app.onError((error) => {
    log.error({ error: stackOf(error) }, "a request failed on our side");
    return problemResponse(problem("internal_error", "The request was not served; it can be sent again."));
  });
  app.notFound(() => problemResponse(problem("not_found", hint)));
  app.route("/", healthRoutes({ unready, metrics }));
  for (const path of healthPaths) app.all(path, () => wrongMethod("GET, HEAD"));
  return app;
}

/** The answer to a method that an address does not take; `allowed` is its `Allow` header. */
export function wrongMethod(allowed: string): Response {
  return problemResponse(problem("method_not_allowed", `This address takes ${allowed}.`), { allow: allowed });
}

const keyDetails = {
  missing: "Send the header Authorization: Bearer <API key>.",
  unknown: "The API key is not known.",
  // Nothing is given away: who sent it holds the key.
  expired: "The API key has expired.",
};

/** Lets a request with a good key pass; `onRefused` is told of the others. */
export function keyRequired(apiKeys: ApiKeys, onRefused: (problem: Problem) => void = () => {}): MiddlewareHandler {
  return async (c, next) => {
    const key = bearerOf(c.req.header("authorization"));
    const standing = key === undefined ? "missing" : apiKeys.judge(key);
    if (standing === "good") return next();
    const refused = problem("unauthorized", keyDetails[standing]);
    onRefused(refused);
    return problemResponse(refused);
  };
}

/** What a route answers when we fail: an error rate needs the series before the first error. */
const failures = [500, 503];

/** Has the errors and the duration of every route be there from the start, whichever routes the app has got meanwhile. */
function zeroRoutes(app: Hono, metrics: Metrics): void {
  for (const { method, path } of app.routes) {
    // Middleware and answers to wrong methods are for all.
    if (!knownMethods.has(method)) continue;
    metrics.zero("httpRequests", ...failures.map((status) => ({ method, route: path, status })));
    metrics.zero("httpDuration", { method, route: path });
  }
}

/** Rate, errors and duration by route pattern; a path that no route knows shares one label. */
function measured(metrics: Metrics) {
  const requests = metrics.counter("httpRequests");
  const duration = metrics.histogram("httpDuration");
  return async (c: Context, next: () => Promise<void>): Promise<void> => {
    const startMs = performance.now();
    await next();
    const route = routeOf(c) ?? "unmatched";
    const method = methodOf(c) ?? "other";
    requests.inc({ method, route, status: c.res.status });
    duration.observe({ method, route }, (performance.now() - startMs) / 1_000);
  };
}
