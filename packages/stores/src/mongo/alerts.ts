import { type Collection, type Db, MongoBulkWriteError } from "mongodb";
import { collections } from "./connect.ts";

/** A fraud alert as MongoDB holds it. Its `_id` is the application's, so that a repeat is one alert. */
export type FraudAlert = {
  _id: string;
  kind: "application";
  application_id: string;
  user_id: string;
  credit_score: number;
  /** In major units, two decimals. */
  loan_amount: number;
  /** The wording of the first rule that held. */
  reason: string;
  /** The ids of all rules that held. */
  rules: string[];
  policy_version: string;
  alerted_at: Date;
  status: "open";
  topic: string;
  partition: number;
  offset: number;
  /** `topic/partition/offset div 10,000`: equality is the one predicate that every server answers by an index. */
  chunk: string;
};

const chunkSize = 10_000n;

/** The `chunk` that a record's alert carries. */
export function chunkOf(topic: string, partition: number, offset: bigint): string {
  return `${topic}/${partition}/${offset / chunkSize}`;
}

const duplicateKey = 11_000;

/** Writes alerts; one that is there already stays as it is. Throws any other error of the server. */
export async function insertAlerts(db: Db, alerts: readonly FraudAlert[]): Promise<void> {
  if (alerts.length === 0) return;
  try {
    await alertsOf(db).insertMany(alerts, { ordered: false });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    // Without a failed document it is the whole batch that failed, at its write concern for one.
    if (failures.length === 0 || failures.some((failure) => failure.code !== duplicateKey)) throw error;
  }
}

/** The collection `fraud_alerts`. */
export function alertsOf(db: Db): Collection<FraudAlert> {
  return db.collection<FraudAlert>(collections.fraudAlerts);
}

/** Makes the collection and the index that the loader reads by. Idempotent. */
export async function ensureAlertIndexes(db: Db): Promise<void> {
  await alertsOf(db).createIndex({ chunk: 1 });
}
