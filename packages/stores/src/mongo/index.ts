export type { Db } from "mongodb";
export {
  type ApplicationAlert,
  alertsOf,
  ensureAlertIndexes,
  type FraudAlert,
  insertAlerts,
  type TransactionAlert,
} from "./alerts.ts";
export { chunkOf, chunkOffsets } from "./chunks.ts";
export { collections, connectMongo, mongoDatabase } from "./connect.ts";
export {
  AlreadyTaken,
  type Catalogue,
  insertException,
  insertFirstPolicy,
  insertPolicy,
  inspectVersion,
  nextVersionNumber,
  PublicationVoid,
  type PublishOptions,
  readPolicies,
  settlePublication,
  storeTimeMs,
} from "./policies.ts";
export { ForeignDocument, type StoredException, type StoredPolicy, sha256Of } from "./policyDocuments.ts";
export {
  countRawTransactions,
  ensureRawTransactionIndexes,
  insertRawTransactions,
  type RawTransaction,
  rawTransactionOf,
  rawTransactionsOf,
} from "./rawTransactions.ts";
