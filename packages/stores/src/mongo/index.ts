export type { Db } from "mongodb";
export { alertsOf, chunkOf, ensureAlertIndexes, type FraudAlert, insertAlerts } from "./alerts.ts";
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
