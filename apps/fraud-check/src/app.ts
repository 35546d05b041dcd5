import { type ApiKeys, applicationContract, createBase, createDoor, keyRequired, wrongMethod } from "@scoreline/http";
import type { Producer } from "@scoreline/kafka";
import { type Logger, type Metrics, type Tracing, unreadyParts } from "@scoreline/telemetry";
import type { Hono } from "hono";
import type { CommitWatch } from "./commitWatch.ts";
import { createDecider } from "./decider.ts";
import { getDecision } from "./routes/decisions.ts";
import { outcomes, postFraudCheck } from "./routes/fraudCheck.ts";
import type { Decisions } from "./store.ts";

export interface AppDeps {
  producer: Producer;
  decisions: Decisions;
  commits: CommitWatch;
  apiKeys: ApiKeys;
  metrics: Metrics;
  log: Logger;
  tracing?: Tracing;
  limits: Limits;
  nowMs?: () => number;
  newId?: () => string;
}

export interface Limits {
  /** How long a decision is waited for, from beginning to end. */
  decisionWaitMsMax: number;
  /** Applications on their way at once. */
  inFlightMax: number;
  /** One application's body. */
  bodyBytesMax: number;
}

const deadLetterWaitMsMax = 250;
const hint = "Applications are sent to /v1/fraud-check, decisions are read at /v1/decisions/{application_id}.";

/** The fraud-check worker: the same on every runtime, with everything it needs from outside in `deps`. */
export function createApp(deps: AppDeps): Hono {
  const { producer, decisions, metrics, log, tracing, apiKeys, limits } = deps;
  const answers = metrics.counter("fraudCheckAnswers");
  metrics.zero("fraudCheckAnswers", ...outcomes.map((outcome) => ({ outcome })));
  const count = (outcome: string) => {
    answers.inc({ outcome });
    tracing?.active()?.setAttribute("scoreline.outcome", outcome);
  };
  const door = createDoor(applicationContract, {
    send: (record) => producer.send(record),
    metrics,
    log,
    nowMs: deps.nowMs ?? Date.now,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    deadLetterWaitMsMax,
  });
  const app = createBase({ metrics, log, tracing, unready: unreadyParts(partsOf(deps)), hint });

  app.post(
    "/v1/fraud-check",
    keyRequired(apiKeys, ({ code }) => count(code)),
  );
  const decide = createDecider({ ...deps, ...limits });
  app.post("/v1/fraud-check", postFraudCheck({ door, decide, bodyBytesMax: limits.bodyBytesMax, count }));
  app.all("/v1/fraud-check", () => wrongMethod("POST"));

  app.get("/v1/decisions/:application_id", keyRequired(apiKeys));
  app.get("/v1/decisions/:application_id", getDecision(decisions, log));
  app.all("/v1/decisions/:application_id", () => wrongMethod("GET, HEAD"));
  return app;
}

/** What the worker stands on, the broker and the store of decisions, and how each is asked whether it answers. */
export function partsOf({ producer, decisions }: Pick<AppDeps, "producer" | "decisions">) {
  return { kafka: () => producer.ready(), postgres: () => decisions.ready() };
}
