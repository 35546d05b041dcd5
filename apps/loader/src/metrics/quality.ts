import type { Database } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";
import { endedBuilds } from "./builds.ts";
import type { Reading } from "./readings.ts";

type Databases = { jobs: Database; warehouse: Database };

/**
 * What the warehouse says of quality: issues by check, fields that the last load's records lacked, and what the tests of the
 * last build found. Nothing before the first load.
 */
export function qualityReading(metrics: Metrics, databases: Databases): Reading {
  let countedLoad = 0n;
  return {
    name: "quality",
    read: async () => {
      const loadId = await lastLoad(databases.warehouse);
      // Issues are counted over all of them, and only a load brings some.
      if (loadId > countedLoad) await countIssues(metrics, databases.warehouse, loadId);
      countedLoad = loadId;
      if (loadId > 0n) await readTestFailures(metrics, databases);
    },
  };
}

/** The newest load from the stream; 0 where there is none, or no schema for it yet. */
async function lastLoad(warehouse: Database): Promise<bigint> {
  const [schema] = await warehouse<{ made: boolean }[]>`select to_regclass('raw.test_failures') is not null as made`;
  if (!schema?.made) return 0n;
  const [load] = await warehouse<{ load_id: bigint }[]>`
    select coalesce(max(load_id), 0) as load_id from raw.loads where kind = 'stream'`;
  return load?.load_id ?? 0n;
}

async function countIssues(metrics: Metrics, warehouse: Database, loadId: bigint): Promise<void> {
  const checks = await warehouse<{ check: string; issues: bigint; brought: bigint }[]>`
    select check_type as check, count(*) as issues, count(*) filter (where load_id = ${loadId}) as brought
    from raw.data_quality_issues group by check_type`;
  for (const { check, issues, brought } of checks) {
    metrics.gauge("warehouseIssues").set({ check }, Number(issues));
    if (check.startsWith("missing_")) metrics.gauge("loadMissingFields").set({ check }, Number(brought));
  }
}

/** A build of parity alone runs few tests: what others found in the whole build before it still stands. */
async function readTestFailures(metrics: Metrics, { jobs, warehouse }: Databases): Promise<void> {
  const builds = await endedBuilds(jobs);
  const tests = await warehouse<{ test: string; severity: string; failures: bigint }[]>`
    select test, severity, max(failures) as failures from raw.test_failures
    where run_id in (select unnest(${builds}::text[])::uuid) group by test, severity`;
  metrics.gauge("testFailures").reset();
  for (const { test, severity, failures } of tests)
    metrics.gauge("testFailures").set({ test, severity }, Number(failures));
}
