import {
  type ApiKeys,
  createBase,
  createDoor,
  keyRequired,
  type OutgoingRecord,
  unreadyParts,
  wrongMethod,
} from "@scoreline/http";
import type { Producer } from "@scoreline/kafka";
import type { Logger, Metrics } from "@scoreline/telemetry";
import type { Hono } from "hono";
import { createIntake } from "./intake.ts";
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

/** The ingest worker: the same on every runtime, with everything it needs from outside in `deps`. */
export function createApp(deps: AppDeps): Hono {
  const { metrics, log, apiKeys, producer } = deps;
  const door = createDoor({
    send: (record: OutgoingRecord) => producer.send(record),
    metrics,
    log,
    nowMs: deps.nowMs ?? Date.now,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    deadLetterWaitMsMax: deps.deadLetterWaitMsMax ?? 250,
  });
  const intake = createIntake({ producer, door, metrics, log });
  const unready = unreadyParts({ kafka: () => producer.ready() });
  const app = createBase({ metrics, log, unready, hint: "Applications are sent to /v1/applications." });
  app.post("/v1/applications", keyRequired(apiKeys, intake.count));
  app.post("/v1/applications", postApplications(intake, { ...limitsDefault, ...deps.limits }));
  app.all("/v1/applications", () => wrongMethod("POST"));
  return app;
}
