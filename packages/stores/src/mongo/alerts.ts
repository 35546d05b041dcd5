import type { Collection, Db } from "mongodb";
import { collections } from "./connect.ts";
import { insertOnce } from "./insertOnce.ts";

/** A fraud alert as MongoDB holds it. */
export type FraudAlert = ApplicationAlert | TransactionAlert;

/** On an application. Its `_id` is the application's, so that a repeat is one alert. */
export type ApplicationAlert = Alert & {
  kind: "application";
  application_id: string;
  /** In major units, two decimals. */
  loan_amount: number;
};

/** On a card transaction. Its `_id` is `transaction/<transaction_id>`: an application may have any UUID for its own. */
export type TransactionAlert = Alert & {
  kind: "transaction";
  transaction_id: string;
  /** In major units, two decimals. */
  amount: number;
  location: string;
  merchant: string;
};

type Alert = {
  _id: string;
  user_id: string;
  credit_score: number;
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
  /** See `chunkOf`. */
  chunk: string;
};

/** Writes alerts; one that is there already stays as it is. Throws any other error of the server. */
export async function insertAlerts(db: Db, alerts: readonly FraudAlert[]): Promise<void> {
  await insertOnce(alertsOf(db), alerts);
}

/** The collection `fraud_alerts`. */
export function alertsOf(db: Db): Collection<FraudAlert> {
  return db.collection<FraudAlert>(collections.fraudAlerts);
}

/** Makes the collection and the index that the loader reads by. Idempotent. */
export async function ensureAlertIndexes(db: Db): Promise<void> {
  await alertsOf(db).createIndex({ chunk: 1 });
}
