import { type Application, type Failure, parseApplication } from "@scoreline/contracts";
import { createApiKeys } from "@scoreline/http";
import { nodeRuntime } from "@scoreline/http/node";
import { MemoryProducer, type MemoryProducerOptions, type StoredRecord } from "@scoreline/kafka/memory";
import type { DecisionColumns, RecordedDecision } from "@scoreline/stores/decisions";
import { createLogger, createMetrics } from "@scoreline/telemetry";
import { type AppDeps, createApp, type Limits } from "../src/app.ts";
import { CommitWatch, type Place } from "../src/commitWatch.ts";
import { StoreUnavailable } from "../src/store.ts";

export const apiKey = "unit-test-key-0123456789";
export const nowMs = Date.UTC(2026, 0, 31, 10);

export function application(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    application_id: "A-1",
    user_id: 7,
    credit_score: 700,
    loan_amount: 1250.5,
    timestamp: "2026-01-31T09:30:00Z",
    ...changes,
  };
}

/** `application` as everything behind the door sees it. */
export function parsed(changes: Record<string, unknown> = {}): Application {
  const result = parseApplication(application(changes), "http", nowMs);
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

export const approved: DecisionColumns = {
  isFraud: false,
  fraudRules: [],
  fraudReason: undefined,
  riskLevel: "Low",
  policyStatus: "Approved",
  approvalStatus: "Approved",
  reasons: [],
  reasonDetails: [],
  features: {},
  policyVersion: "test@1",
  exceptionId: undefined,
};

export function recorded(over: Partial<RecordedDecision> = {}): RecordedDecision {
  return {
    application: parsed(),
    topic: "credit_applications",
    partition: 0,
    offset: 0n,
    tMs: nowMs,
    decision: approved,
    scoredAt: new Date(nowMs),
    review: undefined,
    ...over,
  };
}

/** Stores of one test: what a scorer has recorded, by application and by place. `away`: Postgres does not answer. */
export class MemoryStore {
  readonly decisions = new Map<string, RecordedDecision>();
  readonly broken = new Map<bigint, Failure[]>();
  away = false;
  reads = 0;

  async read(id: string): Promise<RecordedDecision | undefined> {
    this.#answer();
    return this.decisions.get(id);
  }

  async failures({ offset }: Place): Promise<Failure[]> {
    this.#answer();
    return this.broken.get(offset) ?? [];
  }

  async ready(): Promise<void> {
    this.#answer();
  }

  #answer(): void {
    this.reads += 1;
    if (this.away) throw new StoreUnavailable(new Error("secret inner words"));
  }
}

export type FraudCheck = ReturnType<typeof fraudCheck>;

const limits: Limits = { decisionWaitMsMax: 2_000, inFlightMax: 100, bodyBytesMax: 65_536 };

/** The worker over stores in memory, and a scorer that decides when it is told to. */
export function fraudCheck(
  over: Partial<Limits> = {},
  options: MemoryProducerOptions = {},
  deps: Partial<AppDeps> = {},
) {
  const producer = new MemoryProducer({ partitions: 1, ...options });
  const store = new MemoryStore();
  const metrics = createMetrics("fraud-check");
  const commits = new CommitWatch({ readPositions: async () => [], pollMs: 10_000 });
  const app = createApp({
    producer,
    decisions: store,
    commits,
    apiKeys: createApiKeys([{ key: apiKey }], nodeRuntime.sha256),
    metrics,
    log: createLogger("fraud-check", "silent"),
    limits: { ...limits, ...over },
    nowMs: () => nowMs,
    newId: () => "letter-1",
    ...deps,
  });
  const ask = (path: string, init: RequestInit = {}) =>
    Promise.resolve(app.request(path, { ...init, headers: { authorization: `Bearer ${apiKey}`, ...init.headers } }));
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    ask("/v1/fraud-check", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  /** Waits until so many applications are appended; gives the last. */
  async function appended(count: number): Promise<StoredRecord> {
    for (;;) {
      const record = producer.records("credit_applications")[count - 1];
      if (record) return record;
      await new Promise(setImmediate);
    }
  }

  /** Commits the record at `offset`: a decision on the first of an application_id, none on another. */
  function score(offset: bigint, decision: Partial<DecisionColumns> = {}): void {
    const record = producer.records("credit_applications")[Number(offset)] as StoredRecord;
    const input = parsed(JSON.parse(new TextDecoder().decode(record.value)));
    if (!store.decisions.has(input.application_id)) {
      const place = { topic: record.topic, partition: record.partition, offset };
      store.decisions.set(
        input.application_id,
        recorded({ ...place, application: input, decision: { ...approved, ...decision } }),
      );
    }
    pass(offset);
  }

  function pass(offset: bigint): void {
    commits.advance({ topic: "credit_applications", partition: 0, nextOffset: offset + 1n });
  }

  return { app, producer, store, metrics, commits, ask, post, appended, score, pass };
}
