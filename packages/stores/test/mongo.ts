import { randomUUID } from "node:crypto";
import { type Db, MongoClient } from "mongodb";
import { inject, onTestFinished } from "vitest";
import { type StoredException, type StoredPolicy, sha256Of } from "../src/mongo/index.ts";

/** An empty database of a test's own on the shared server; dropped when the test is over. */
export async function newMongo(): Promise<Db> {
  const client = new MongoClient(inject("env").MONGO_URL as string);
  const db = client.db(`test_${randomUUID().slice(0, 8)}`);
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return db;
}

/** Version `number` of the policy `loans`, begun at `publishedAtMs` with the shortest lead. */
export function storedPolicy(number: number, publishedAtMs: number, over: Partial<StoredPolicy> = {}): StoredPolicy {
  const yaml = over.yaml ?? `policy: loans # ${number}\n`;
  return {
    version: `loans@${number}`,
    policy: "loans",
    number,
    yaml,
    sha256: sha256Of(yaml),
    compilerVersion: 1,
    effectiveFromMs: publishedAtMs + 60_000,
    publishedAtMs,
    publishedBy: "ada",
    note: "",
    ...over,
  };
}

/** A grant for the user `u`, begun at `createdAtMs` with the shortest lead. */
export function storedGrant(id: string, createdAtMs: number, over: Partial<StoredException> = {}): StoredException {
  return {
    id,
    userId: "u",
    status: "Approved",
    effectiveFromMs: createdAtMs + 60_000,
    expiresAtMs: createdAtMs + 3_600_000,
    reason: "Long-standing customer",
    approvedBy: "ada",
    createdAtMs,
    ...over,
  };
}
