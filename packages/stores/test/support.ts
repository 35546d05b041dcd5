import { randomUUID } from "node:crypto";
import type { Application, Transaction } from "@scoreline/contracts";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import {
  applicationEvents,
  connectCommitter,
  connectPostgres,
  type Database,
  type EventTable,
  type FaultyRecord,
  type HeldPartition,
  type KeptRecord,
  migrate,
  type ScoredRecord,
  type ScoredTransaction,
  type Settlement,
  takePartition,
} from "../src/postgres/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    env: Record<string, string>;
  }
}

/** An empty database of a test's own on the shared server; gives its URL. Dropped when the test is over. */
export async function newDatabase(): Promise<string> {
  const url = new URL(inject("env").CREDITDB_URL as string);
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const server = connectPostgres(String(url), { app: "stores-tests", connectionsMax: 1 });
  await server`create database ${server(name)}`;
  onTestFinished(async () => {
    await server`drop database ${server(name)} with (force)`;
    await server.end();
  });
  url.pathname = `/${name}`;
  return String(url);
}

/** A pool on a migrated `creditdb` of a test's own. */
export async function newCreditdb(): Promise<Database> {
  const url = await newDatabase();
  await migrate(url, "creditdb");
  const sql = connectPostgres(url, { app: "stores-tests" });
  onTestFinished(() => sql.end());
  return sql;
}

/** Commits to the database that `sql` is connected to, on a connection of its own. */
export async function commitSettlement(sql: Database, held: HeldPartition, settlement: Settlement) {
  await commitTo(sql, applicationEvents, held, settlement);
}

/** The same for the scored events of any table. */
export async function commitTo<Scored, Committed>(
  sql: Database,
  table: EventTable<Scored, Committed>,
  held: HeldPartition,
  settlement: Settlement<Scored>,
) {
  const committer = connectCommitter(urlOf(sql), { app: "stores-tests", connectionsMax: 1 });
  await committer.commit(held, settlement, table.copies).finally(() => committer.end());
}

/** A connection of its own to the database that `sql` is connected to; it ends with the test. */
export async function openClient(sql: Database): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(sql), application_name: "stores-tests" });
  // A test ends it as well, and may have the server cut it before.
  client.on("error", () => {});
  onTestFinished(() => client.end());
  await client.connect();
  return client;
}

function urlOf({ options }: Database): string {
  const { host, port, user, pass, database } = options;
  return `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`;
}

/** The partition `applications/0` of a fresh topic, taken at offset 0 unless said otherwise. */
export function take(sql: Database, over: { topicId?: string; partition?: number; firstOffset?: bigint } = {}) {
  return takePartition(sql, { topic: "applications", partition: 0, topicId: "id-1", firstOffset: 0n, ...over });
}

export function scored(offset: bigint, application: Partial<Application> = {}): ScoredRecord {
  return {
    offset,
    tMs: 1_000 + Number(offset),
    application: {
      application_id: `a-${offset}`,
      user_id: "u",
      credit_score: 700,
      loan_amount_minor: 125_050,
      timestamp_ms: Date.parse("2026-01-31T09:30:00.125Z"),
      ...application,
    },
    decision: {
      isFraud: false,
      fraudRules: [],
      fraudReason: undefined,
      riskLevel: "Low",
      policyStatus: "Approved",
      approvalStatus: "Approved",
      reasonDetails: [],
      features: {},
      exceptionId: undefined,
      reasons: [],
      policyVersion: "test@1",
    },
  };
}

/** A card transaction that nothing was found in, unless said otherwise. */
export function scoredTransaction(offset: bigint, transaction: Partial<Transaction> = {}): ScoredTransaction {
  return {
    offset,
    tMs: 1_000 + Number(offset),
    transaction: {
      transaction_id: `00000000-0000-4000-8000-${String(offset).padStart(12, "0")}`,
      user_id: "u",
      amount_minor: 19_99,
      timestamp_ms: Date.parse("2026-01-31T09:30:00.125Z"),
      location: "Austin, TX",
      merchant: "Grocer",
      card_type: "VISA",
      device_id: "d-1",
      credit_score: 700,
      ...transaction,
    },
    finding: { flagged: false, fraudRules: [], fraudReason: undefined, features: {}, policyVersion: "test@1" },
  };
}

export function faulty(offset: bigint, over: Partial<FaultyRecord> = {}): FaultyRecord {
  return {
    offset,
    tMs: 1_000 + Number(offset),
    recordId: `applications/0/${offset}`,
    stage: "scorer",
    failures: [{ pointer: "", check: "invalid_json", detail: "The record is not JSON." }],
    kept: kept(),
    ...over,
  };
}

/** A bad record that failed for the first time. */
export function kept(over: Partial<KeptRecord> = {}): KeptRecord {
  const bytes = { key: Buffer.from("k"), value: Buffer.from("{"), headers: [] };
  return { ...bytes, attempt: 1, firstFailedAtMs: 1_000, scorerVersion: "0.1.0", ...over };
}

/** How many rows each table of a settlement holds. */
export async function counts(sql: Database) {
  const [row] = await sql<{ scores: number; failed: number; issues: number }[]>`
    select (select count(*)::int from credit_scores) as scores, (select count(*)::int from failed_records) as failed,
      (select count(*)::int from data_quality_issues) as issues`;
  return row;
}
