import { randomUUID } from "node:crypto";
import { type JobName, recordFinishedJobs } from "@scoreline/stores/postgres";
import { createMetrics } from "@scoreline/telemetry";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordJobs } from "../src/jobs.ts";
import { connectionsReading } from "../src/metrics/connections.ts";
import { jobsReading } from "../src/metrics/jobs.ts";
import { parityReading } from "../src/metrics/parity.ts";
import { type Reading, withReadings } from "../src/metrics/readings.ts";
import { waitingReading } from "../src/metrics/waiting.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, openBench, record, recordIssue } from "./support.ts";

const loadOnly = { withDbt: false, withFreshness: false, fullRefresh: false };
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.remove(), 60_000);
beforeEach(async () => {
  for (const table of ["metadata_table", "credit_scores", "stream_offsets", "data_quality_issues"]) {
    await bench.creditdb`delete from ${bench.creditdb(table)}`;
  }
  await bench.warehouse`
    truncate raw.loads, raw.load_offsets, raw.credit_scores, raw.data_quality_issues, raw.fraud_alerts`;
});

/** What is exposed by one reading, series to value. */
function exposing(make: (metrics: ReturnType<typeof createMetrics>) => Reading) {
  const own = createMetrics("loader");
  const metrics = withReadings(own, [make(own)], (_, error) => {
    if (error !== null) throw error;
  });
  return async (): Promise<Record<string, number>> => {
    const { body } = await metrics.expose();
    const series = body.split("\n").filter((line) => line.startsWith("scoreline_"));
    return Object.fromEntries(
      series.map((line) => {
        const [, name = "", value] = /^scoreline_(.*) (\S+)$/.exec(line.replace(/,?app="loader"/, "")) ?? [];
        return [name.replace("{}", ""), Number(value)];
      }),
    );
  };
}

const startMs = Date.parse("2026-03-01T12:00:00Z");

/** Records a run that began `atS` seconds after twelve, a row for each of `errors`. */
async function ran(job: JobName, { atS, seconds, errors = [null] }: Record<"atS" | "seconds", number> & Errors) {
  const runId = randomUUID();
  const startedAt = new Date(startMs + atS * 1_000);
  const finishedAt = new Date(startMs + (atS + seconds) * 1_000);
  const run = { job, source: "source", startedAt, finishedAt };
  await recordFinishedJobs(
    bench.creditdb,
    runId,
    errors.map((error, index) => ({
      ...run,
      target: `target ${index}`,
      rows: error === null ? 10 + index : null,
      error,
    })),
  );
  return runId;
}
type Errors = { errors?: (string | null)[] };

describe("jobs", () => {
  const exposed = () => exposing((metrics) => jobsReading(metrics, bench.creditdb));

  test("before the first run the main jobs are there at 0, and nothing else", async () => {
    expect(await exposed()()).toEqual({
      'job_last_run_failed{job="load"}': 0,
      'job_last_run_failed{job="dbt_build"}': 0,
      'job_running_duration_seconds{job="load"}': 0,
      'job_running_duration_seconds{job="dbt_build"}': 0,
      'job_failures{job="load"}': 0,
      'job_failures{job="dbt_build"}': 0,
    });
  });

  test("a run fails with any of its rows, and the next good one shows", async () => {
    const read = exposed();
    await ran("load", { atS: 0, seconds: 5, errors: [null, null] });
    await ran("load", { atS: 60, seconds: 7, errors: [null, "refused"] });
    expect(await read()).toMatchObject({
      'job_last_run_failed{job="load"}': 1,
      'job_last_run_timestamp_seconds{job="load"}': startMs / 1_000 + 67,
      'job_last_success_timestamp_seconds{job="load"}': startMs / 1_000 + 5,
      'job_duration_seconds{job="load"}': 7,
      'job_failures{job="load"}': 1,
      'job_rows{job="load",target="target 1"}': 11,
    });
    await ran("load", { atS: 120, seconds: 6 });
    expect(await read()).toMatchObject({
      'job_last_run_failed{job="load"}': 0,
      'job_last_success_timestamp_seconds{job="load"}': startMs / 1_000 + 126,
      'job_failures{job="load"}': 1,
    });
  });

  test("a baseline stands after three good runs before the last; the models of a build have none", async () => {
    const read = exposed();
    const baseline = 'job_duration_baseline_seconds{job="dbt_build"}';
    for (const [index, seconds] of [10, 30].entries()) await ran("dbt_build", { atS: index * 100, seconds });
    await ran("dbt_build", { atS: 250, seconds: 1, errors: ["red"] });
    await ran("dbt_build", { atS: 300, seconds: 20 });
    expect(Object.keys(await read())).not.toContain(baseline);
    await ran("dbt_build", { atS: 400, seconds: 90 });
    expect(await read()).toMatchObject({ [baseline]: 20, 'job_duration_seconds{job="dbt_build"}': 90 });
    for (let index = 0; index < 5; index++) {
      await ran("dbt_model", { atS: index * 100, seconds: 3, errors: [null, null] });
    }
    const told = Object.keys(await read()).filter((name) => name.includes("dbt_model"));
    expect(new Set(told.map((name) => name.split("{")[0]))).toEqual(
      new Set([
        ...["job_duration_seconds", "job_failures", "job_last_run_failed", "job_last_run_timestamp_seconds"],
        ...["job_last_success_timestamp_seconds", "job_rows"],
      ]),
    );
  });

  test("the run under way counts up, also one whose process has died, until the next run closes it", async () => {
    const read = exposed();
    const running = 'job_running_duration_seconds{job="load"}';
    await ran("load", { atS: 0, seconds: 5 });
    const job = { job: "load", source: "source", target: "target" } as const;
    await recordJobs(bench.creditdb, randomUUID(), [job], async () => {
      await bench.creditdb`update metadata_table set started_at = now() - interval '90 seconds' where status = 'running'`;
      const values = await read();
      expect(values[running]).toBeGreaterThanOrEqual(90);
      expect(values[running]).toBeLessThan(120);
      expect(values['job_duration_seconds{job="load"}']).toBe(5);
      expect(values['job_last_run_failed{job="load"}']).toBe(0);
      return { rows: [1], result: undefined };
    });
    expect((await read())[running]).toBe(0);

    await bench.creditdb`
      insert into metadata_table (run_id, job, source, target, started_at, status)
      values (gen_random_uuid(), 'load', 'source', 'dead', now() - interval '1 hour', 'running')`;
    expect((await read())[running]).toBeGreaterThanOrEqual(3_600);
    await runWarehouse(bench.deps, loadOnly);
    expect(await read()).toMatchObject({
      [running]: 0,
      'job_failures{job="load"}': 1,
      'job_last_run_failed{job="load"}': 0,
    });
  });

  test("of long histories the last success is found, however many runs failed since", async () => {
    const read = exposed();
    await ran("load", { atS: 0, seconds: 5 });
    await bench.creditdb`
      insert into metadata_table (run_id, job, source, target, started_at, finished_at, status)
      select gen_random_uuid(), 'load', 'source', 'target', at, at + interval '1 second', 'failed'
      from generate_series(timestamptz '2026-03-01T13:00:00Z', '2026-03-02T13:00:00Z', interval '1 minute') as at`;
    expect(await read()).toMatchObject({
      'job_last_success_timestamp_seconds{job="load"}': startMs / 1_000 + 5,
      'job_failures{job="load"}': 1_441,
      'job_last_run_failed{job="load"}': 1,
    });
  });

  test("the last reconciliation tells its differences; one that was broken off changes nothing of them", async () => {
    const read = exposed();
    const reconciled = async (atS: number, found: Record<string, number | null>) => {
      const at = new Date(startMs + atS * 1_000);
      const jobs = Object.entries(found).map(([target, rows]) => ({
        ...{ job: "reconcile" as const, source: "all", target, rows, startedAt: at, finishedAt: at },
        error: rows === null ? "Postgres is away" : null,
      }));
      await recordFinishedJobs(bench.creditdb, randomUUID(), jobs);
    };
    await reconciled(0, { "facts = rows": 3, "gone = since": 1 });
    await reconciled(60, { "facts = rows": 2, "alerts = rows": 0 });
    await reconciled(120, { "all comparisons": null });
    const values = await read();
    const told = Object.entries(values).filter(([name]) => name.startsWith("reconciliation_"));
    expect(Object.fromEntries(told)).toEqual({
      'reconciliation_differences{comparison="facts = rows"}': 2,
      'reconciliation_differences{comparison="alerts = rows"}': 0,
    });
    expect(values).toMatchObject({ 'job_last_run_failed{job="reconcile"}': 1, 'job_failures{job="reconcile"}': 1 });
    expect(Object.keys(values).filter((name) => name.startsWith("job_rows"))).toEqual([]);
  });
});

describe("what waits for the warehouse", () => {
  const databases = () => ({ jobs: bench.creditdb, warehouse: bench.warehouse });
  const exposed = () => exposing((metrics) => waitingReading(metrics, databases()));
  const [records, seconds] = ["warehouse_waiting_records", "warehouse_waiting_duration_seconds"] as const;
  const hoursOld = async (hours: number, offset: number) => {
    await bench.creditdb`
      update credit_scores set scored_at = now() - ${hours} * interval '1 hour' where record_offset = ${offset}`;
  };
  const built = (runId: string, status: "succeeded" | "failed", job = "dbt_build") => bench.creditdb`
    insert into metadata_table (run_id, job, source, target, started_at, finished_at, status)
    values (${runId}, ${job}, 'raw', 'dw_finance', clock_timestamp(), clock_timestamp(), ${status})`;

  test("counts what is projected and not loaded, and ages until a whole build over it is good", async () => {
    const read = exposed();
    expect(await read()).toEqual({ [records]: 0, [seconds]: 0 });

    await record(
      bench.creditdb,
      [
        { id: "a", offset: 0 },
        { id: "b", offset: 1 },
        { id: "in-flight", offset: 9 },
      ],
      { 0: 3, 1: 0 },
    );
    await recordIssue(bench.creditdb, 2);
    await hoursOld(5, 9);
    await hoursOld(2, 1);
    let values = await read();
    expect(values[records]).toBe(3);
    // Commits are in order within a partition: the first row stands for the oldest.
    expect(values[seconds]).toBeLessThan(60);
    await hoursOld(3, 0);
    values = await read();
    expect(values[seconds]).toBeGreaterThanOrEqual(3 * 3_600);
    expect(values[seconds]).toBeLessThan(3 * 3_600 + 60);

    const first = await runWarehouse(bench.deps, loadOnly);
    values = await read();
    expect(values[records]).toBe(0);
    expect(values[seconds]).toBeGreaterThanOrEqual(3 * 3_600);
    await built(first.run_id, "failed");
    expect((await read())[seconds]).toBeGreaterThanOrEqual(3 * 3_600);

    await record(bench.creditdb, [{ id: "c", offset: 3 }], { 0: 4 });
    await hoursOld(1, 3);
    const second = await runWarehouse(bench.deps, loadOnly);
    await built(second.run_id, "succeeded", "dbt_parity");
    expect((await read())[seconds]).toBeGreaterThanOrEqual(3 * 3_600);
    await built(second.run_id, "succeeded");
    expect(await read()).toEqual({ [records]: 0, [seconds]: 0 });

    await record(bench.creditdb, [{ id: "d", offset: 4 }], { 0: 5 });
    await hoursOld(1, 4);
    values = await read();
    expect(values[records]).toBe(1);
    expect(values[seconds]).toBeGreaterThanOrEqual(3_600);
    expect(values[seconds]).toBeLessThan(2 * 3_600);
  });

  test("while the warehouse is away, what it held stands and the age goes on", async () => {
    const own = createMetrics("loader");
    let away = false;
    const warehouse = new Proxy(bench.warehouse, {
      apply: (target, self, args) => (away ? Promise.reject(new Error("away")) : Reflect.apply(target, self, args)),
    });
    const told: unknown[] = [];
    const reading = waitingReading(own, { jobs: bench.creditdb, warehouse });
    const metrics = withReadings(own, [reading], (_, error) => told.push(error));
    await metrics.expose();
    away = true;
    await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 1 });
    await hoursOld(1, 0);
    const { body } = await metrics.expose();
    expect(body).toContain('scoreline_warehouse_waiting_records{app="loader"} 1');
    expect(body).toMatch(/waiting_duration_seconds\{app="loader"\} 36\d\d/);
    expect(told).toEqual([expect.objectContaining({ message: "away" })]);
  });
});

test("parity is counted once for each build that ended, over what its run had loaded", async () => {
  const read = exposing((metrics) => parityReading(metrics, { jobs: bench.creditdb, warehouse: bench.warehouse }));
  const built = async (runId: string, job = "dbt_build") => bench.creditdb`
    insert into metadata_table (run_id, job, source, target, started_at, finished_at, status)
    values (${runId}, ${job}, 'raw', 'dw_finance', clock_timestamp(), clock_timestamp(), 'succeeded')`;
  await bench.warehouse.unsafe("create table quality.decision_parity (application_id text, mismatches text[])");
  const counts = (compared: number, uncompared: number, mismatches: number) =>
    expect.objectContaining({
      'parity_compared{subject="applications"}': compared,
      'parity_uncompared{subject="applications"}': uncompared,
      'parity_mismatches{subject="applications"}': mismatches,
      // No build has made the table of transactions.
      'parity_compared{subject="transactions"}': 0,
      'parity_uncompared{subject="transactions"}': 0,
      'parity_mismatches{subject="transactions"}': 0,
    });
  const compared = (id: string, mismatches: string[]) => bench.warehouse`
    insert into quality.decision_parity values (${id}, ${mismatches})`;
  try {
    await record(
      bench.creditdb,
      [
        { id: "a", offset: 0 },
        { id: "b", offset: 1 },
        { id: "c", offset: 2 },
      ],
      { 0: 3 },
    );
    const first = await runWarehouse(bench.deps, loadOnly);
    await compared("a", []);
    await compared("b", ["risk_level"]);
    expect(await read()).toEqual(counts(0, 0, 0));

    await built(first.run_id);
    await record(bench.creditdb, [{ id: "d", offset: 3 }], { 0: 4 });
    const second = await runWarehouse(bench.deps, loadOnly);
    expect(await read()).toEqual(counts(2, 1, 1));

    await bench.warehouse`update quality.decision_parity set mismatches = '{}'`;
    for (const id of ["c", "d"]) await compared(id, []);
    expect(await read()).toEqual(counts(2, 1, 1));
    await built(second.run_id, "dbt_parity");
    expect(await read()).toEqual(counts(4, 0, 0));
  } finally {
    await bench.warehouse.unsafe("drop table quality.decision_parity");
  }
});

test("connections are told by names of ours and states that Postgres has, and any other client is `other`", async () => {
  const values = await exposing((metrics) => connectionsReading(metrics, bench.creditdb))();
  expect(values.postgres_connections_max).toBeGreaterThanOrEqual(100);
  // This test's own connection, whose name is none of ours.
  expect(values['postgres_connections{application="other",state="active"}']).toBeGreaterThanOrEqual(1);
  const names = Object.keys(values).filter((name) => name.startsWith("postgres_connections{"));
  for (const name of names) expect(name).toMatch(/application="(other|scoreline-[a-z-]+)",state="[a-z ()]+"/);
  expect(names.join()).not.toContain("loader-test");
});
