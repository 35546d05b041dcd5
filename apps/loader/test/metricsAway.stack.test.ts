import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { down, loadHome, pidOf, up } from "@scoreline/stack";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, migrate } from "@scoreline/stores/postgres";
import { createLogger } from "@scoreline/telemetry";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { openMetrics } from "../src/metrics/open.ts";
import { record } from "./support.ts";

/** What Prometheus waits for an answer. */
const answerMsMax = 4_000;
const pollMs = { timeout: 30_000, interval: 200 };

/** A Postgres of this file's own, for it is taken away. */
const folder = mkdtempSync(join(tmpdir(), "scoreline-metrics-away-"));
// Under root, Postgres runs as another user, who must be able to pass through.
chmodSync(folder, 0o711);
const home = loadHome(folder);
const logged: string[] = [];
let exposed: () => Promise<string>;
let backends: () => Promise<number[]>;
let close: () => Promise<unknown>;

beforeAll(async () => {
  const env = await up(home, { services: ["postgres"] });
  await migrate(env.CREDITDB_URL, "creditdb");
  await migrate(env.DW_FINANCE_URL, "dw_finance");
  const sql = connectPostgres(env.CREDITDB_URL, { app: "test", connectionsMax: 1 });
  await record(sql, [{ id: "a", offset: 0 }], { 0: 1 });
  await sql`
    insert into metadata_table (run_id, job, source, target, started_at, finished_at, status)
    values (gen_random_uuid(), 'load', 'source', 'target', now(), now(), 'failed')`;
  backends = async () => (await sql<{ pid: number }[]>`select pid from pg_stat_activity`).map(({ pid }) => pid);
  const { client, db } = connectMongo(inject("env").MONGO_URL, { app: "loader-test" });
  const config = readConfig({ ...env, MONGO_URL: inject("env").MONGO_URL });
  const log = createLogger("loader", "silent");
  log.warn = (...args: unknown[]) => void logged.push(JSON.stringify(args));
  const metrics = openMetrics(config, { mongo: db, log });
  exposed = async () => {
    const startMs = performance.now();
    const { body } = await metrics.metrics.expose();
    expect(performance.now() - startMs).toBeLessThan(answerMsMax);
    return body;
  };
  close = () => Promise.allSettled([metrics.close(), sql.end({ timeout: 1 }), client.close()]);
});

afterAll(async () => {
  await close?.();
  await down(home);
  rmSync(folder, { recursive: true, force: true });
});

const up1 = (dependency: string, value: 0 | 1) =>
  `scoreline_dependency_up{dependency="${dependency}",app="loader"} ${value}`;
const kept = [
  'scoreline_job_last_run_failed{job="load",app="loader"} 1',
  'scoreline_warehouse_waiting_records{app="loader"} 1',
];
const connections = /^scoreline_postgres_connections/m;

/** Waits until the answers have all of `series`, and connections or none. */
async function expectSeries(series: string[], hasConnections: boolean): Promise<void> {
  const lacking = async () => {
    const body = await exposed();
    return [
      ...series.filter((line) => !body.includes(line)),
      ...(connections.test(body) === hasConnections ? [] : ["connections"]),
    ];
  };
  await expect.poll(lacking, pollMs).toEqual([]);
}

const expectThere = () => expectSeries([...kept, up1("postgres", 1), up1("warehouse", 1), up1("mongodb", 1)], true);
const expectAway = () => expectSeries([...kept, up1("postgres", 0), up1("warehouse", 0), up1("mongodb", 1)], false);

test("a Postgres that is killed leaves every answer in time, with what was known, until it is back", async () => {
  await expectThere();
  process.kill(pidOf(home, "postgres") ?? Number.NaN, "SIGKILL");
  await expectAway();
  expect(logged.filter((line) => line.includes('"reading":"jobs"'))).toHaveLength(1);
  await up(home, { services: ["postgres"] });
  await expectThere();
});

test("a Postgres that hangs leaves every answer in time, with what was known, until it goes on", async () => {
  await expectThere();
  const pids = [pidOf(home, "postgres") ?? Number.NaN, ...(await backends())];
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids) process.kill(pid, name);
  };
  signal("SIGSTOP");
  try {
    await expectAway();
  } finally {
    signal("SIGCONT");
  }
  await expectThere();
});
