import { topics } from "@scoreline/contracts";
import { ensureTopics } from "@scoreline/kafka/librdkafka";
import { connectMongo, ensureAlertIndexes, ensureRawTransactionIndexes } from "@scoreline/stores/mongo";
import { connectPostgres, migrate } from "@scoreline/stores/postgres";
import { ensureFirstPolicy } from "./policies/firstPolicy.ts";

export type Stores = { KAFKA_BROKERS: string; CREDITDB_URL: string; DW_FINANCE_URL: string; MONGO_URL: string };

/**
 * Makes topics, schemas, indexes and the first policy version that are missing. Safe to repeat, and for two processes at
 * once. Gives what was made. `policyFile` is the first policy's document where it is not the default one; throws when the
 * catalogue begins with another one.
 */
export async function initialise(
  stores: Stores,
  { policyFile }: { policyFile?: string | undefined } = {},
): Promise<{ migrations: string[]; policy: string | undefined }> {
  await ensureTopics({ brokers: stores.KAFKA_BROKERS, clientId: "scoreline-init" }, Object.values(topics));
  const creditdb = await migrate(stores.CREDITDB_URL, "creditdb");
  const warehouse = await migrate(stores.DW_FINANCE_URL, "dw_finance");
  const { client, db } = connectMongo(stores.MONGO_URL, { app: "scoreline-init" });
  const sql = connectPostgres(stores.CREDITDB_URL, { app: "scoreline-init", connectionsMax: 1 });
  try {
    await ensureAlertIndexes(db);
    await ensureRawTransactionIndexes(db);
    const policy = await ensureFirstPolicy(db, sql, policyFile);
    return { migrations: [...creditdb, ...warehouse], policy: policy?.version };
  } finally {
    await Promise.allSettled([client.close(), sql.end({ timeout: 1 })]);
  }
}
