import { connectMongo, type Db } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import type { Stores } from "./init.ts";

/** The policy catalogue and `creditdb`, for the length of a command. */
export type Connections = { db: Db; sql: Database };

/** Runs a command's work on the stores and closes the connections behind it. */
export async function withConnections<Result>(
  stores: Pick<Stores, "CREDITDB_URL" | "MONGO_URL">,
  work: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  const { client, db } = connectMongo(stores.MONGO_URL, { app: "scoreline-cli" });
  const sql = connectPostgres(stores.CREDITDB_URL, { app: "scoreline-cli", connectionsMax: 2 });
  try {
    return await work({ db, sql });
  } finally {
    await Promise.allSettled([client.close(), sql.end({ timeout: 1 })]);
  }
}
