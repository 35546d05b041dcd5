import { randomUUID } from "node:crypto";
import { createMetrics } from "@scoreline/telemetry";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { qualityReading } from "../src/metrics/quality.ts";
import { withReadings } from "../src/metrics/readings.ts";
import { type FailedTest, keepTestFailures } from "../src/testFailures.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, openBench, project, recordIssue } from "./support.ts";

const loadOnly = { withDbt: false, withFreshness: false, fullRefresh: false };
let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.remove(), 60_000);

const failed: FailedTest = {
  ...{ test: "amounts_are_whole", check_type: "amounts_are_whole", severity: "error", model: "marts.fact", field: "" },
  ...{ failures: 250, message: "Got 250 results", key: [] },
  sql: "select 'app-' || number as record_id, 'is a part' as reason from generate_series(1, 250) as number",
};

async function finishBuild(job = "dbt_build", status = "failed"): Promise<string> {
  const runId = randomUUID();
  await bench.creditdb`
    insert into metadata_table (run_id, job, source, target, started_at, finished_at, status)
    values (${runId}, ${job}, 'raw', 'dw_finance', clock_timestamp(), clock_timestamp(), ${status})`;
  return runId;
}

test("issues, missing fields of the last load and failures of the last build are told, and go when they are mended", async () => {
  const own = createMetrics("loader");
  const reading = qualityReading(own, { jobs: bench.creditdb, warehouse: bench.warehouse });
  const metrics = withReadings(own, [reading]);
  const lines = async () => (await metrics.expose()).body.split("\n").filter((line) => line.startsWith("scoreline_"));
  expect(await lines()).toEqual([]);

  for (const offset of [0, 1]) await recordIssue(bench.creditdb, offset);
  await project(bench.creditdb, { 0: 2 });
  await runWarehouse(bench.deps, loadOnly);
  const issues = 'scoreline_warehouse_data_quality_issues{check="missing_credit_score",app="loader"}';
  const missing = 'scoreline_load_missing_fields{check="missing_credit_score",app="loader"}';
  expect(await lines()).toEqual([`${issues} 2`, `${missing} 2`]);

  await recordIssue(bench.creditdb, 2);
  await project(bench.creditdb, { 0: 3 });
  await runWarehouse(bench.deps, loadOnly);
  const warehouse = new pg.Client(bench.deps.warehouseUrl);
  await warehouse.connect();
  const unread = await keepTestFailures(warehouse, await finishBuild(), [
    failed,
    { ...failed, test: "is_no_sql", severity: "warn", failures: 1, sql: "select nothing from nowhere" },
  ]);
  expect(unread).toEqual(["is_no_sql"]);
  expect(await lines()).toEqual([
    `${issues} 3`,
    `${missing} 1`,
    'scoreline_test_failures{test="amounts_are_whole",severity="error",app="loader"} 250',
    'scoreline_test_failures{test="is_no_sql",severity="warn",app="loader"} 1',
  ]);
  const kept = await bench.warehouse`
    select test, count(*)::integer as kept, min(reason) as reason from raw.test_failures group by test order by test`;
  expect([...kept]).toEqual([
    { test: "amounts_are_whole", kept: 100, reason: "is a part" },
    { test: "is_no_sql", kept: 1, reason: "Got 250 results" },
  ]);

  // The same records again are the same rows, first found when they were.
  const [before] = await bench.warehouse`select min(found_at) as first from raw.test_failures`;
  await keepTestFailures(warehouse, await finishBuild(), [failed]);
  await warehouse.end();
  expect((await lines()).filter((line) => line.includes("test_failures"))).toHaveLength(1);
  const [after] = await bench.warehouse`
    select min(found_at) as first, count(*)::integer as kept from raw.test_failures`;
  expect(after).toEqual({ first: before?.first, kept: 101 });

  // A build of parity alone did not run that test; a whole one that is good did.
  await finishBuild("dbt_parity", "succeeded");
  expect((await lines()).filter((line) => line.includes("test_failures"))).toHaveLength(1);
  await finishBuild("dbt_build", "succeeded");
  expect((await lines()).filter((line) => line.includes("test_failures"))).toEqual([]);
});
