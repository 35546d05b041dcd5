import type { Producer } from "@scoreline/kafka";
import { healthRoutes, type Logger, type Metrics } from "@scoreline/telemetry";
import { type Context, Hono } from "hono";
import { routePath } from "hono/route";
import { type ApiKeys, bearerOf } from "./apiKeys.ts";
import { createIntake } from "./intake.ts";
import { problem, problemResponse } from "./problems.ts";
import { type Limits, limitsDefault, postApplications } from "./routes/applications.ts";

export interface AppDeps {
  producer: Producer;
  apiKeys: ApiKeys;
  metrics: Metrics;
  log: Logger;
  nowMs?: () => number;
  newId?: () => string;
  limits?: Partial<Limits>;
  deadLetterWaitMsMax?: number;
}

const healthPaths = ["/livez", "/readyz", "/metrics"];
const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The ingest worker: the same on every runtime, with everything it needs from outside in `deps`. */
export function createApp(deps: AppDeps): Hono {
  const { metrics, log, apiKeys } = deps;
  const intake = createIntake({
    producer: deps.producer,
    metrics,
    log,
    nowMs: deps.nowMs ?? Date.now,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    deadLetterWaitMsMax: deps.deadLetterWaitMsMax ?? 250,
  });
  const app = new Hono();
  app.use(measured(metrics));
  app.onError((error) => {
    log.error({ error: error.stack ?? error.message }, "a request failed on our side");
    return problemResponse(problem("internal_error", "The request was not served; it can be sent again."));
  });
  app.notFound(() => problemResponse(problem("not_found", "Applications are sent to /v1/applications.")));

  app.route("/", healthRoutes({ unready: unreadyParts(deps.producer), metrics }));
  for (const path of healthPaths) app.all(path, () => wrongMethod("GET, HEAD"));

  app.post("/v1/applications", async (c, next) => {
    const key = bearerOf(c.req.header("authorization"));
    if (key !== undefined && apiKeys.has(key)) return next();
    const detail = key === undefined ? "Send the header Authorization: Bearer <API key>." : "The API key is not known.";
    return problemResponse(intake.refuse("unauthorized", detail).problem);
  });
  app.post("/v1/applications", postApplications(intake, { ...limitsDefault, ...deps.limits }));
  app.all("/v1/applications", () => wrongMethod("POST"));
  return app;
}

function wrongMethod(allowed: string): Response {
  return problemResponse(problem("method_not_allowed", `This address takes ${allowed}.`), { allow: allowed });
}

/** One question to the broker at a time, however often `/readyz` is asked. */
function unreadyParts(producer: Producer): () => Promise<string[]> {
  let asking: Promise<string[]> | undefined;
  return () => {
    asking ??= producer
      .ready()
      .then(
        () => [],
        () => ["kafka"],
      )
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
}

/** Rate, errors and duration by route pattern; a path that no route knows shares one label. */
function measured(metrics: Metrics) {
  const requests = metrics.counter("httpRequests");
  const duration = metrics.histogram("httpDuration");
  return async (c: Context, next: () => Promise<void>): Promise<void> => {
    const startMs = performance.now();
    await next();
    const pattern = routePath(c, -1);
    const route = pattern.includes("*") ? "unmatched" : pattern;
    const method = knownMethods.has(c.req.method) ? c.req.method : "other";
    requests.inc({ method, route, status: c.res.status });
    duration.observe({ method, route }, (performance.now() - startMs) / 1_000);
  };
}
