import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { alertsOf } from "@scoreline/stores/mongo";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeWarehouse, WarehouseBusyError } from "../src/lock.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { alert, type Bench, openBench, project, record, recordIssue, topic } from "./support.ts";

const loadOnly = { withDbt: false, withFreshness: false, fullRefresh: false };
const main = fileURLToPath(new URL("../src/main.node.ts", import.meta.url));
let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench?.remove(), 60_000);

const idsIn = async (table: string) =>
  (await bench.warehouse.unsafe(`select application_id from raw.${table} order by application_id`)).map(
    (row) => row.application_id,
  );

/** Waits until `holds`; fails after 20 s. */
async function until(holds: () => Promise<boolean>) {
  const deadlineMs = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error("what was waited for did not come in 20 s");
  }
}

test("every column and value of a recorded application arrives", async () => {
  const awkward = 'tab\there, "quotes", back\\slash,\nnewline, \\N and Žižek';
  await record(bench.creditdb, [{ id: "a", offset: 0, name: awkward, isFraud: true }], { 0: 1 });
  await bench.creditdb`
    update credit_scores set attributes = ${bench.creditdb.json({ note: awkward, dti: 1.5 })}, score_key_factors = ${[awkward, ""]},
      score_date = '2026-02-03', applicant_gender = '', consent_analytics = false`;

  await runWarehouse(bench.deps, loadOnly);

  const [source] = await bench.creditdb`select * from credit_scores`;
  const [loaded] = await bench.warehouse`select * from raw.credit_scores`;
  const { load_id, ...row } = loaded ?? {};
  expect(row).toEqual(source);
  expect(load_id).toBe(1n);
});

test("what is committed later below an offset already passed cannot be missed: only projected offsets are loaded", async () => {
  await record(
    bench.creditdb,
    [
      { id: "a", offset: 0 },
      { id: "c", offset: 20_000 },
    ],
    { 0: 1 },
  );
  await runWarehouse(bench.deps, loadOnly);
  expect(await idsIn("credit_scores")).toEqual(["a"]);

  await record(bench.creditdb, [{ id: "b", offset: 10 }], { 0: 20_001 });
  const { loaded } = await runWarehouse(bench.deps, loadOnly);

  expect(loaded?.credit_scores).toBe(2);
  expect(await idsIn("credit_scores")).toEqual(["a", "b", "c"]);
});

test("an alert that comes after its chunk was passed is found by count; one in flight waits", async () => {
  await record(
    bench.creditdb,
    [
      { id: "a", offset: 5 },
      { id: "b", offset: 25_000 },
    ],
    { 0: 25_001 },
  );
  await alert(bench, "b", 25_000);
  await alert(bench, "in-flight", 25_001);
  await runWarehouse(bench.deps, loadOnly);
  expect(await idsIn("fraud_alerts")).toEqual(["b"]);

  await alert(bench, "a", 5);
  await runWarehouse(bench.deps, loadOnly);
  expect(await idsIn("fraud_alerts")).toEqual(["a", "b"]);

  await alertsOf(bench.deps.mongo).updateOne({ _id: "b" }, { $set: { reason: "Looked at again" } });
  await project(bench.creditdb, { 0: 25_002 });
  const { loaded } = await runWarehouse(bench.deps, loadOnly);
  expect(loaded?.fraud_alerts).toBe(2);
  expect(bench.notices).toEqual([]);
});

test("an alert that names no known chunk is told of, and the rest loads", async () => {
  await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 1 });
  await alert(bench, "a", 0);
  await alert(bench, "stray", 0, 77);

  const { status } = await runWarehouse(bench.deps, loadOnly);

  expect(status).toBe("succeeded");
  expect(await idsIn("fraud_alerts")).toEqual(["a"]);
  expect(bench.notices).toEqual(["1 documents in fraud_alerts name no known chunk and were not loaded"]);
});

test("a load that fails half-way loads nothing, says why, and the next one loads all", async () => {
  await record(
    bench.creditdb,
    [
      { id: "a", offset: 0 },
      { id: "b", offset: 1 },
    ],
    { 0: 3 },
  );
  await recordIssue(bench.creditdb, 2);
  // The second of the three tables refuses its row: the first one's rows must not stay.
  await bench.warehouse`alter table raw.data_quality_issues add constraint refused check (check_type = 'none')`;

  const failed = await runWarehouse(bench.deps, loadOnly);

  expect(failed.status).toBe("failed");
  expect(failed.error).toContain("refused");
  expect(await idsIn("credit_scores")).toEqual([]);
  const jobs = await bench.creditdb`select distinct job, status, error from metadata_table`;
  expect([...jobs]).toEqual([{ job: "load", status: "failed", error: failed.error }]);

  await bench.warehouse`alter table raw.data_quality_issues drop constraint refused`;
  const mended = await runWarehouse(bench.deps, loadOnly);
  expect(mended).toMatchObject({ status: "succeeded", loaded: { credit_scores: 2, data_quality_issues: 1 } });
});

test("a loader killed in the middle of a load leaves nothing behind, and the next run closes its jobs", {
  timeout: 60_000,
}, async () => {
  await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 3 });
  await recordIssue(bench.creditdb, 2);
  const { promise: over, resolve: release } = deferred();
  const { promise: locked, resolve: lock } = deferred();
  const blocker = bench.warehouse.begin(async (tx) => {
    await tx`lock table raw.data_quality_issues in access exclusive mode`;
    lock();
    await over;
  });
  await locked;
  const loader = spawn(process.execPath, ["--import", "tsx", main, "run", "--no-dbt"], {
    env: bench.environment,
    stdio: "ignore",
  });
  const exit = once(loader, "exit");
  const waits = async () =>
    (
      await bench.warehouse`
      select from pg_locks where relation = 'raw.data_quality_issues'::regclass and not granted`
    ).length > 0;
  await until(waits);

  loader.kill("SIGKILL");
  await exit;
  // Postgres sees the broken connection once it has something to send.
  release();
  await blocker;

  const summary = await runWarehouse(bench.deps, loadOnly);
  expect(summary).toMatchObject({ status: "succeeded", loaded: { credit_scores: 1, data_quality_issues: 1 } });
  expect(bench.notices).toContain("closed 7 jobs that an earlier process left running");
  const closed =
    await bench.creditdb`select distinct status, error from metadata_table where run_id <> ${summary.run_id}`;
  expect([...closed]).toEqual([{ status: "failed", error: "the process ended before the job did" }]);
});

test("a topic created anew, or a source that went back, is refused by name", async () => {
  await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 5 });
  await runWarehouse(bench.deps, loadOnly);

  await project(bench.creditdb, { 0: 4 });
  expect((await runWarehouse(bench.deps, loadOnly)).error).toContain(
    `${topic}/0 is projected up to 4 and was loaded up to 5`,
  );

  await bench.creditdb`update stream_offsets set topic_id = 'topic-2', next_offset = 9, projected_offset = 9`;
  expect((await runWarehouse(bench.deps, loadOnly)).error).toContain(`topic ${topic} was created anew`);
});

test("two runs at once load each row once", async () => {
  const applications = Array.from({ length: 3_000 }, (_, offset) => ({ id: `app-${offset}`, offset }));
  await record(bench.creditdb, applications, { 0: 3_000 });

  const summaries = await Promise.all([runWarehouse(bench.deps, loadOnly), runWarehouse(bench.deps, loadOnly)]);

  expect(summaries.map(({ error }) => error)).toEqual([null, null]);
  expect(summaries.map(({ loaded }) => loaded?.credit_scores).sort()).toEqual([0, 3_000]);
});

test("a run gives up with a clear error when the warehouse stays taken", async () => {
  const clients = [new pg.Client(bench.deps.warehouseUrl), new pg.Client(bench.deps.warehouseUrl)] as const;
  await Promise.all(clients.map((client) => client.connect()));
  await takeWarehouse(clients[0], () => {});

  await expect(takeWarehouse(clients[1], () => {}, 100)).rejects.toThrow(WarehouseBusyError);

  await Promise.all(clients.map((client) => client.end()));
});

test("a dbt that cannot run fails the run with its words, and its job too", async () => {
  const dbt = { ...bench.deps.dbt, dbtPath: "/nowhere/dbt" };

  const summary = await runWarehouse(
    { ...bench.deps, dbt },
    { withDbt: true, withFreshness: false, fullRefresh: false },
  );

  expect(summary).toMatchObject({ status: "failed", loaded: { credit_scores: 0 }, dbt: null });
  expect(summary.error).toContain("/nowhere/dbt");
  const [job] = await bench.creditdb`select status from metadata_table where job = 'dbt_build'`;
  expect(job).toEqual({ status: "failed" });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
