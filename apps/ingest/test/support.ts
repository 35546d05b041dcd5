import { createHash } from "node:crypto";
import { createApiKeys } from "@scoreline/http";
import { MemoryProducer, type MemoryProducerOptions } from "@scoreline/kafka/memory";
import { createLogger, createMetrics } from "@scoreline/telemetry";
import { type AppDeps, createApp } from "../src/app.ts";

export const apiKey = "unit-test-key-0123456789";
export const nowMs = Date.UTC(2026, 0, 31, 10);

export const sha256 = (text: string) => createHash("sha256").update(text).digest();

/** The app over an in-memory producer, and ways to post to it with the key; applications unless said otherwise. */
export function ingest(producerOptions: MemoryProducerOptions = {}, deps: Partial<AppDeps> = {}) {
  const producer = new MemoryProducer(producerOptions);
  const metrics = createMetrics("ingest");
  let ids = 0;
  const app = createApp({
    producer,
    apiKeys: createApiKeys([{ key: apiKey }, { key: "another-key-0123456789" }], sha256),
    metrics,
    log: createLogger("ingest", "silent"),
    nowMs: () => nowMs,
    newId: () => `id-${++ids}`,
    ...deps,
  });
  const postTo = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    Promise.resolve(
      app.request(path, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...headers },
        body: body instanceof ReadableStream || typeof body === "string" ? body : JSON.stringify(body),
        duplex: "half",
      } as RequestInit),
    );
  const post = (body: unknown, headers?: Record<string, string>) => postTo("/v1/applications", body, headers);
  const postLines = (body: ReadableStream | string) => post(body, { "content-type": "application/x-ndjson" });
  return { app, producer, metrics, post, postLines, postTo };
}

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

export function transaction(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    transaction_id: "0B3A1F6E-5A2D-4C8B-9E7F-1A2B3C4D5E6F",
    user_id: 7,
    amount: 12.5,
    timestamp: "2026-01-31T09:30:00Z",
    location: "Denver, CO",
    merchant: "Books & Co",
    card_type: "VISA",
    device_id: "d-1",
    credit_score: 700,
    is_fraud: false,
    ...changes,
  };
}

/** The lines of an NDJSON answer. */
export async function linesOf(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
