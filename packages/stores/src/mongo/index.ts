export { alertsOf, chunkOf, ensureAlertIndexes, type FraudAlert, insertAlerts } from "./alerts.ts";
export { collections, connectMongo, mongoDatabase } from "./connect.ts";
