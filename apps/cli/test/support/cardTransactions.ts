import { type Transaction, topics } from "@scoreline/contracts";
import type { RecordToSend } from "@scoreline/kafka";
import { findAll } from "@scoreline/policy";
import { takePartition, transactionEvents } from "@scoreline/stores/postgres";
import type { Connections } from "../../src/connections.ts";
import { ensureFirstPolicy } from "../../src/policies/firstPolicy.ts";
import { policyOf } from "../../src/policies/policyFile.ts";
import { commitTo } from "./commit.ts";

/** A transaction_id. It has a letter, so that its case can be another. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-a000-${String(number).padStart(12, "0")}`;
}

/** A good card transaction as a sender's JSON. */
export function cardTransaction(number: number, over: object = {}) {
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

/** A record of `transactions`, with its user's key; a value that is no Buffer goes as JSON. */
export function transactionRecord(
  value: Buffer | (Record<string, unknown> & { user_id: unknown }),
  over: Partial<RecordToSend> = {},
): RecordToSend {
  const isBytes = Buffer.isBuffer(value);
  const content = {
    key: isBytes ? "u" : String(value.user_id),
    value: isBytes ? value : Buffer.from(JSON.stringify(value)),
  };
  return { topic: topics.transactions.name, ...content, ...over };
}

/** One card transaction of the user `u`; `tMs` is the broker's time. */
export type SentTransaction = Partial<Transaction> & { tMs: number };

/**
 * Publishes a document as the first policy and records what it finds in card transactions as the scorer does: transaction
 * `uuidOf(0)`, `uuidOf(1)`, … at offsets 0, 1, … of one partition.
 */
export async function recordFindings(
  connections: Connections,
  policyFile: string,
  sent: readonly SentTransaction[],
): Promise<void> {
  const first = await ensureFirstPolicy(connections.db, connections.sql, policyFile);
  if (!first) throw new Error("the catalogue was not empty");
  const place = { topic: topics.transactions.name, partition: 3 };
  const events = sent.map(({ tMs, ...over }, offset) => ({
    ...place,
    offset,
    tMs,
    transaction: recordedOf(offset, over),
  }));
  const findings = findAll(policyOf(first).transactions, first.version, events);
  const held = await takePartition(connections.sql, { ...place, topicId: "id", firstOffset: 0n });
  const scored = events.map(({ offset, tMs, transaction }, index) => {
    const finding = findings[index];
    if (!finding) throw new Error("no finding");
    return { offset: BigInt(offset), tMs, transaction, finding };
  });
  const settlement = { next: BigInt(sent.length), maxTMs: sent.at(-1)?.tMs ?? 0, scored, faulty: [] };
  await commitTo(connections.sql, transactionEvents, held, settlement);
}

function recordedOf(number: number, over: Partial<Transaction>): Transaction {
  const { amount: _, timestamp, ...fields } = cardTransaction(number);
  return { ...fields, card_type: "VISA", amount_minor: 40_00, timestamp_ms: timestamp * 1_000, ...over };
}
