import { type Db, MongoClient } from "mongodb";

/** How long an operation may wait for a server, in milliseconds. */
const serverSelectionMsMax = 5_000;

export const mongoDatabase = "fraud_detection";

/** The collections of `fraud_detection`. */
export const collections = {
  fraudAlerts: "fraud_alerts",
  policies: "policies",
  policyExceptions: "policy_exceptions",
  policyOutcomes: "policy_outcomes",
} as const;

/** A client of the MongoDB-speaking server that `url` names, and its database `fraud_detection`. Connects at first use. */
export function connectMongo(url: string, { app }: { app: string }): { client: MongoClient; db: Db } {
  const client = new MongoClient(url, {
    appName: app,
    serverSelectionTimeoutMS: serverSelectionMsMax,
    retryWrites: false,
  });
  return { client, db: client.db(mongoDatabase) };
}
