import { randomUUID } from "node:crypto";
import { connectMongo, type Db } from "@scoreline/stores/mongo";
import { connectPostgres, type Database, migrate } from "@scoreline/stores/postgres";
import { inject, onTestFinished } from "vitest";

/** A migrated `creditdb` and an empty policy catalogue of a test's own on the shared servers; gone when the test is over. */
export async function newDatabases(): Promise<{ db: Db; sql: Database; creditdbUrl: string }> {
  const env = inject("env");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const server = connectPostgres(env.CREDITDB_URL, { app: "cli-tests", connectionsMax: 1 });
  await server`create database ${server(name)}`;
  const url = new URL(env.CREDITDB_URL);
  url.pathname = `/${name}`;
  await migrate(String(url), "creditdb");
  const sql = connectPostgres(String(url), { app: "cli-tests" });
  const { client } = connectMongo(env.MONGO_URL, { app: "cli-tests" });
  const db = client.db(name);
  onTestFinished(async () => {
    await sql.end({ timeout: 1 });
    await server`drop database ${server(name)} with (force)`;
    await db.dropDatabase();
    await Promise.all([server.end(), client.close()]);
  });
  return { db, sql, creditdbUrl: String(url) };
}
