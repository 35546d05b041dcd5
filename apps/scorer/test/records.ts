import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";

/** A moment that lies after every timestamp of these records. */
export const nowMs = Date.parse("2026-03-01T12:00:00Z");

/** A good application as a sender's JSON. */
export function application(id: string | number, over: object = {}) {
  return { application_id: id, user_id: "u", credit_score: 700, loan_amount: 1000, timestamp: 1_767_225_600, ...over };
}

/** A transaction_id. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** A good card transaction as a sender's JSON. */
export function transaction(number: number, over: object = {}) {
  return {
    transaction_id: uuidOf(number),
    user_id: "u",
    amount: 40,
    timestamp: 1_767_225_600,
    location: "Austin, TX",
    merchant: "Grocer",
    card_type: "VISA",
    device_id: "d-1",
    credit_score: 700,
    ...over,
  };
}

/** A record of `credit_applications/0` as the consumer gives it. A value that is no Buffer goes as JSON. */
export function record(offset: number, value: unknown, over: Partial<ConsumedRecord> = {}): ConsumedRecord {
  const bytes = Buffer.isBuffer(value) || value === null ? value : Buffer.from(JSON.stringify(value));
  return {
    topic: "credit_applications",
    partition: 0,
    offset: BigInt(offset),
    timestampMs: nowMs + offset,
    key: Buffer.from("u"),
    value: bytes,
    headers: [],
    ...over,
  };
}
