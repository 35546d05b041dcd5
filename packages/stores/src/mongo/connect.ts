import { type Db, MongoClient } from "mongodb";
import "./driverPatch.ts";

/** How long an operation may wait for a server, in milliseconds. */
const serverSelectionMsMax = 5_000;

/** How long an operation may wait for a connection, and for its answer, in milliseconds: no wait is without end. */
const connectionMsMax = 10_000;
const answerMsMax = 20_000;

export const mongoDatabase = "fraud_detection";

/** The collections of `fraud_detection`. */
export const collections = {
  fraudAlerts: "fraud_alerts",
  rawTransactions: "raw_transactions",
  policies: "policies",
  policyExceptions: "policy_exceptions",
  policyOutcomes: "policy_outcomes",
} as const;

/**
 * A client of the MongoDB-speaking server that `url` names, and its database `fraud_detection`. Connects at first use. What
 * is not answered in `answerMsMax` milliseconds (20 s unless told) fails, and its connection is given up.
 */
export function connectMongo(
  url: string,
  settings: { app: string; answerMsMax?: number },
): { client: MongoClient; db: Db } {
  const client = new MongoClient(url, {
    appName: settings.app,
    serverSelectionTimeoutMS: serverSelectionMsMax,
    waitQueueTimeoutMS: connectionMsMax,
    socketTimeoutMS: settings.answerMsMax ?? answerMsMax,
    retryWrites: false,
  });
  // The driver connects at first use where it has no topology, and keeps the one it closed when that fails (7.9): every later
  // operation would fail, however long the server is back.
  client.on("topologyClosed", () => Reflect.set(client, "topology", undefined));
  return { client, db: client.db(mongoDatabase) };
}
