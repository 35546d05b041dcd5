import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { topics } from "@scoreline/contracts";
import { ensureTopics } from "@scoreline/kafka/librdkafka";
import { down, type Home, loadHome, readConfig, repositoryRoot, type StackEnv, up } from "@scoreline/stack";
import { connectMongo, ensureAlertIndexes } from "@scoreline/stores/mongo";
import { connectPostgres, type Database, migrate } from "@scoreline/stores/postgres";
import { ensureFirstPolicy } from "../../src/policies/firstPolicy.ts";
import { say, sayEvent } from "../../src/terminal.ts";
import type { PolicyName } from "../section.ts";

export type BenchStack = { home: Home; env: StackEnv };

/**
 * Runs `work` on servers of its own: Kafka with empty topics, Postgres and a MongoDB-speaking one, in a temporary home.
 * Nothing of them is left afterwards, also when the process is told to end.
 */
export async function withStack<Result>(work: (stack: BenchStack) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "scoreline-bench-"));
  // Under root, Postgres runs as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  const home = loadHome(folder);
  const remove = async () => {
    await down(home, { on: sayEvent });
    rmSync(folder, { recursive: true, force: true });
  };
  const onSignal = () => {
    say("bench: stopping");
    void remove().finally(() => process.exit(130));
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    // A MongoDB of the user's own is no place for what a bench writes and drops.
    const env = await up(home, { on: sayEvent, config: { ports: {}, path: readConfig().path } });
    await ensureTopics({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-bench" }, Object.values(topics));
    return await work({ home, env });
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await remove();
  }
}

/** Stores as a first start finds them, and a connection to their `creditdb`. `env` leads to them. */
export type FreshStores = { env: StackEnv; sql: Database };

/** Runs `work` on an empty `creditdb` and a catalogue that holds one policy alone; what it wrote is dropped behind it. */
export async function withFreshStores<Result>(
  { env }: BenchStack,
  policy: PolicyName,
  work: (stores: FreshStores) => Promise<Result>,
): Promise<Result> {
  const server = connectPostgres(env.DW_FINANCE_URL, { app: "scoreline-bench", connectionsMax: 1 });
  const name = "creditdb_bench";
  await server`create database ${server(name)}`;
  const url = new URL(env.CREDITDB_URL);
  url.pathname = `/${name}`;
  const sql = connectPostgres(String(url), { app: "scoreline-bench", connectionsMax: 2 });
  const { client, db } = connectMongo(env.MONGO_URL, { app: "scoreline-bench" });
  try {
    await migrate(String(url), "creditdb");
    await sql.unsafe(readFileSync(narrowTableFile, "utf8"));
    await db.dropDatabase();
    await ensureAlertIndexes(db);
    await ensureFirstPolicy(db, sql, join(repositoryRoot, "packages/policy/policies", `${policy}.yaml`));
    return await work({ env: { ...env, CREDITDB_URL: String(url) }, sql });
  } finally {
    await Promise.allSettled([sql.end({ timeout: 1 }), client.close()]);
    await server`drop database ${server(name)} with (force)`;
    await server.end();
  }
}

const narrowTableFile = join(repositoryRoot, "apps/scorer/bench/narrow.sql");
