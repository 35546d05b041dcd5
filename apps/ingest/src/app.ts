import {
  type ApiKeys,
  applicationContract,
  createBase,
  createDoor,
  keyRequired,
  type RecordContract,
  transactionContract,
  wrongMethod,
} from "@scoreline/http";
import type { Producer } from "@scoreline/kafka";
import { type Logger, type Metrics, type Tracing, unreadyParts } from "@scoreline/telemetry";
import type { Hono } from "hono";
import { createIntake, type Intake, outcomes } from "./intake.ts";
import { type Limits, limitsDefault, postRecords } from "./routes/records.ts";

export interface AppDeps {
  producer: Producer;
  apiKeys: ApiKeys;
  metrics: Metrics;
  log: Logger;
  tracing?: Tracing;
  nowMs?: () => number;
  newId?: () => string;
  limits?: Partial<Limits>;
  deadLetterWaitMsMax?: number;
}

const hint = "Applications are sent to /v1/applications, transactions to /v1/transactions.";

/** The ingest worker: the same on every runtime, with everything it needs from outside in `deps`. */
export function createApp(deps: AppDeps): Hono {
  const { metrics, log, tracing, apiKeys } = deps;
  const unready = unreadyParts(partsOf(deps));
  const app = createBase({ metrics, log, tracing, unready, hint });
  const intakes = {
    "/v1/applications": intakeOf(applicationContract, "applicationsReceived", deps),
    "/v1/transactions": intakeOf(transactionContract, "transactionsReceived", deps),
  };
  for (const [path, intake] of Object.entries(intakes)) {
    app.post(path, keyRequired(apiKeys, intake.count));
    app.post(path, postRecords(intake, { ...limitsDefault, ...deps.limits }));
    app.all(path, () => wrongMethod("POST"));
  }
  return app;
}

/** What the worker stands on, and how each part is asked whether it answers. */
export function partsOf({ producer }: Pick<AppDeps, "producer">) {
  return { kafka: () => producer.ready() };
}

function intakeOf<Value extends { user_id: string }>(
  contract: RecordContract<Value>,
  counted: "applicationsReceived" | "transactionsReceived",
  deps: AppDeps,
): Intake {
  const { producer, metrics, log } = deps;
  metrics.zero(counted, ...outcomes.map((outcome) => ({ outcome })));
  const door = createDoor(contract, {
    send: (record) => producer.send(record),
    metrics,
    log,
    nowMs: deps.nowMs ?? Date.now,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    deadLetterWaitMsMax: deps.deadLetterWaitMsMax ?? 250,
  });
  return createIntake({ contract, producer, door, outcomes: metrics.counter(counted), log });
}
