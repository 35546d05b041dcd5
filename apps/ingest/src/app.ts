import {
  type ApiKeys,
  applicationContract,
  createBase,
  createDoor,
  keyRequired,
  type RecordContract,
  transactionContract,
  unreadyParts,
  wrongMethod,
} from "@scoreline/http";
import type { Producer } from "@scoreline/kafka";
import type { Logger, Metrics } from "@scoreline/telemetry";
import type { Hono } from "hono";
import { createIntake, type Intake, type IntakeDeps } from "./intake.ts";
import { type Limits, limitsDefault, postRecords } from "./routes/records.ts";

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

const hint = "Applications are sent to /v1/applications, transactions to /v1/transactions.";

/** The ingest worker: the same on every runtime, with everything it needs from outside in `deps`. */
export function createApp(deps: AppDeps): Hono {
  const { metrics, log, apiKeys, producer } = deps;
  const unready = unreadyParts({ kafka: () => producer.ready() });
  const app = createBase({ metrics, log, unready, hint });
  const intakes = {
    "/v1/applications": intakeOf(applicationContract, metrics.counter("applicationsReceived"), deps),
    "/v1/transactions": intakeOf(transactionContract, metrics.counter("transactionsReceived"), deps),
  };
  for (const [path, intake] of Object.entries(intakes)) {
    app.post(path, keyRequired(apiKeys, intake.count));
    app.post(path, postRecords(intake, { ...limitsDefault, ...deps.limits }));
    app.all(path, () => wrongMethod("POST"));
  }
  return app;
}

function intakeOf<Value extends { user_id: string }>(
  contract: RecordContract<Value>,
  outcomes: IntakeDeps<Value>["outcomes"],
  deps: AppDeps,
): Intake {
  const { producer, metrics, log } = deps;
  const door = createDoor(contract, {
    send: (record) => producer.send(record),
    metrics,
    log,
    nowMs: deps.nowMs ?? Date.now,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    deadLetterWaitMsMax: deps.deadLetterWaitMsMax ?? 250,
  });
  return createIntake({ contract, producer, door, outcomes, log });
}
