import { topics } from "@scoreline/contracts";
import { ensureTopics } from "@scoreline/kafka/librdkafka";
import { connectMongo, ensureAlertIndexes } from "@scoreline/stores/mongo";
import { migrate } from "@scoreline/stores/postgres";

export type Stores = { KAFKA_BROKERS: string; CREDITDB_URL: string; DW_FINANCE_URL: string; MONGO_URL: string };

/** Makes topics, schemas and indexes that are missing. Safe to repeat, and for two processes at once. Gives what was made. */
export async function initialise(stores: Stores): Promise<{ migrations: string[] }> {
  await ensureTopics({ brokers: stores.KAFKA_BROKERS, clientId: "scoreline-init" }, Object.values(topics));
  const creditdb = await migrate(stores.CREDITDB_URL, "creditdb");
  const warehouse = await migrate(stores.DW_FINANCE_URL, "dw_finance");
  const { client, db } = connectMongo(stores.MONGO_URL, { app: "scoreline-init" });
  try {
    await ensureAlertIndexes(db);
  } finally {
    await client.close();
  }
  return { migrations: [...creditdb, ...warehouse] };
}
