import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StackEnv } from "./env-file.ts";
import { type Home, loadHome, readState } from "./home.ts";
import { familyOf } from "./processes.ts";
import { readLeader, recordFiles, recordNames } from "./records.ts";
import { kafkaAnswers } from "./services/kafka-probe.ts";
import { coreServices, down, status, up } from "./stack.ts";
import { pidOf } from "./supervise.ts";

// A private directory, as a clone in one made by mktemp: the account Postgres runs as cannot read it of its own right.
const base = mkdtempSync(join(tmpdir(), "scoreline-stack-"));
const home = loadHome(join(base, "one"));
const second = loadHome(join(base, "two"));
const config = { ports: {}, path: process.env.PATH ?? "" };
let env: StackEnv;

beforeAll(async () => {
  env = await up(home, { config });
});
afterAll(async () => {
  await Promise.all([down(home), down(second)]);
  rmSync(base, { recursive: true, force: true });
});

async function withSql<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

async function withMarks<T>(work: (marks: import("mongodb").Collection<{ _id: string }>) => Promise<T>): Promise<T> {
  const client = new MongoClient(env.MONGO_URL);
  try {
    return await work(client.db("fraud_detection").collection<{ _id: string }>("marks"));
  } finally {
    await client.close();
  }
}

async function leaveMark(mark: string) {
  await withSql(env.CREDITDB_URL, async (sql) => {
    await sql`create table if not exists marks (mark text)`;
    await sql`insert into marks values (${mark})`;
  });
  await withMarks((marks) => marks.insertOne({ _id: mark }));
}

async function marksLeft() {
  const rows = await withSql(env.CREDITDB_URL, (sql) => sql<{ mark: string }[]>`select mark from marks order by mark`);
  const documents = await withMarks((marks) => marks.find().toArray());
  return { postgres: rows.map(({ mark }) => mark), mongo: documents.map(({ _id }) => _id).sort() };
}

const states = async (of: Home) => (await status(of)).map(({ name, state }) => `${name} ${state}`);
const allHealthy = coreServices.map((name) => `${name} healthy`);

/** Processes that have this stack's directory as their place or in their arguments. */
function processesOf(of: Home): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const place = readlinkSync(`/proc/${pid}/cwd`);
      return place.startsWith(of.dir) || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(of.dir);
    } catch {
      return false;
    }
  });
}

test("up makes every core service healthy, and a second up changes nothing", async () => {
  expect(await states(home)).toEqual(allHealthy);
  const pids = coreServices.map((name) => pidOf(home, name));
  expect(await up(home, { config })).toEqual(env);
  expect(coreServices.map((name) => pidOf(home, name))).toEqual(pids);
});

test("Postgres asks for its password, checks its pages, keeps UTC and has both databases", async () => {
  const settings = await withSql(env.DW_FINANCE_URL, async (sql) => [
    (await sql`show data_checksums`)[0]?.data_checksums,
    (await sql`show timezone`)[0]?.TimeZone,
    (await sql`select current_database() as name`)[0]?.name,
  ]);
  expect(settings).toEqual(["on", "UTC", "dw_finance"]);
  const wrong = env.CREDITDB_URL.replace(/:[0-9a-f]+@/, ":wrong@");
  await expect(withSql(wrong, (sql) => sql`select 1`)).rejects.toThrow("password authentication failed");
  expect(statSync(home.stateFile).mode & 0o777).toBe(0o600);
});

test("kill -9 of everything: status tells it, up mends it, and what was acknowledged is there", async () => {
  await leaveMark("before the crash");
  for (const name of coreServices) process.kill(-(pidOf(home, name) ?? 0), "SIGKILL");
  await expect.poll(() => states(home)).toEqual(coreServices.map((name) => `${name} crashed`));
  await up(home, { config });
  expect(await states(home)).toEqual(allHealthy);
  expect(await marksLeft()).toEqual({ postgres: ["before the crash"], mongo: ["before the crash"] });
});

test("down leaves no process and no record; up brings back data and ports", async () => {
  expect(processesOf(home).length).toBeGreaterThanOrEqual(2);
  const families = recordNames(home).flatMap((name) => {
    const leader = readLeader(home, name);
    return leader === undefined ? [] : [leader];
  });
  expect(await down(home)).toEqual(["kafka", "mongo", "postgres"]);
  expect(processesOf(home)).toEqual([]);
  expect(families.flatMap((leader) => familyOf(leader))).toEqual([]);
  expect(recordNames(home)).toEqual([]);
  expect(await up(home, { config })).toEqual(env);
  expect((await marksLeft()).postgres).toEqual(["before the crash"]);
});

test("stale records and a taken port do not confuse up", async () => {
  await down(home);
  for (const name of coreServices) {
    writeFileSync(recordFiles(home, name).recordFile, "{");
    writeFileSync(
      recordFiles(home, name).leaderFile,
      `${process.pid}\n${process.pid} (x) S 1 1${" 0".repeat(16)} 1\nboot\n`,
    );
  }
  const port = readState(home)?.ports.kafka ?? 0;
  const squatter = createServer().listen(port, "127.0.0.1");
  await once(squatter, "listening");
  try {
    env = await up(home, { config });
    expect(env.KAFKA_BROKERS).not.toBe(`127.0.0.1:${port}`);
    expect(await states(home)).toEqual(allHealthy);
    expect((await marksLeft()).mongo).toEqual(["before the crash"]);
  } finally {
    squatter.close();
  }
});

test("two homes run side by side, started twice at once, without a port in common", async () => {
  const [other, same] = await Promise.all([up(second, { config }), up(second, { config })]);
  expect(same).toEqual(other);
  const ports = [home, second].flatMap((one) => Object.values(readState(one)?.ports ?? {}));
  expect(new Set(ports).size).toBe(ports.length);
  expect(await states(home)).toEqual(allHealthy);
  await down(second);
  expect(processesOf(second)).toEqual([]);
  expect(await states(home)).toEqual(allHealthy);
});

test("up with fresh starts empty under the same ports and keys", async () => {
  expect(await up(home, { config, fresh: true })).toEqual(env);
  const tables = await withSql(env.CREDITDB_URL, (sql) => sql`select from pg_tables where schemaname = 'public'`);
  expect(tables).toHaveLength(0);
  expect(await withMarks((marks) => marks.countDocuments())).toBe(0);
});

test("a server that does not start is named with its log", async () => {
  await down(home);
  writeFileSync(join(home.dataDir, "postgres", "PG_VERSION"), "7\n");
  await expect(up(home, { config, services: ["postgres"] })).rejects.toThrow(
    /postgres: ended .*postgres\.log[\s\S]*FATAL/,
  );
  expect(processesOf(home)).toEqual([]);
});

test("the Kafka probe rejects where no broker listens", async () => {
  await expect(kafkaAnswers(readState(home)?.ports.kafka ?? 0)).rejects.toThrow("ECONNREFUSED");
});
