import type { Transaction } from "@scoreline/contracts";
import type { Collection, Db } from "mongodb";
import { chunkOf } from "./chunks.ts";
import { collections } from "./connect.ts";
import { insertOnce } from "./insertOnce.ts";

/** A card transaction as it came, as MongoDB holds it. */
export type RawTransaction = {
  /** The transaction_id, so that a repeat is one document. */
  _id: string;
  user_id: string;
  /** In major units, two decimals. */
  amount: number;
  /** The sender's clock. */
  timestamp: Date;
  location: string;
  merchant: string;
  card_type: string;
  device_id: string;
  credit_score: number;
  /** The sender's own labels, where there are any. */
  risk_level: string | null;
  is_fraud: boolean | null;
  /** The broker's clock. */
  received_at: Date;
  topic: string;
  partition: number;
  offset: number;
  chunk: string;
};

/** The document of a transaction that lies at an offset. */
export function rawTransactionOf(
  { topic, partition }: { topic: string; partition: number },
  { offset, tMs, transaction }: { offset: bigint; tMs: number; transaction: Transaction },
): RawTransaction {
  return {
    _id: transaction.transaction_id,
    user_id: transaction.user_id,
    amount: transaction.amount_minor / 100,
    timestamp: new Date(transaction.timestamp_ms),
    location: transaction.location,
    merchant: transaction.merchant,
    card_type: transaction.card_type,
    device_id: transaction.device_id,
    credit_score: transaction.credit_score,
    risk_level: transaction.risk_level ?? null,
    is_fraud: transaction.is_fraud ?? null,
    received_at: new Date(tMs),
    topic,
    partition,
    offset: Number(offset),
    chunk: chunkOf(topic, partition, offset),
  };
}

/** Writes transactions; one that is there already stays as it is. Throws any other error of the server. */
export async function insertRawTransactions(db: Db, transactions: readonly RawTransaction[]): Promise<void> {
  await insertOnce(rawTransactionsOf(db), transactions);
}

/** The collection `raw_transactions`. */
export function rawTransactionsOf(db: Db): Collection<RawTransaction> {
  return db.collection<RawTransaction>(collections.rawTransactions);
}

/** Makes the collection and its index. Idempotent. */
export async function ensureRawTransactionIndexes(db: Db): Promise<void> {
  await rawTransactionsOf(db).createIndex({ chunk: 1 });
}

/**
 * How many raw transactions there are, by the server's own statistics. FerretDB answers a count by reading every document,
 * which takes longer than an answer may for some 100,000 of them; its statistics it takes anew for each question.
 */
export async function countRawTransactions(db: Db): Promise<number> {
  const { count } = await db.command({ collStats: collections.rawTransactions });
  return Number(count);
}
