import { recordReview } from "@scoreline/stores/postgres";
import { createMetrics } from "@scoreline/telemetry";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobsReading } from "../src/metrics/jobs.ts";
import { parityReading } from "../src/metrics/parity.ts";
import { withReadings } from "../src/metrics/readings.ts";
import { waitingReading } from "../src/metrics/waiting.ts";
import { runWarehouse } from "../src/warehouse.ts";
import {
  alert,
  type Bench,
  dbtTest,
  defaultVersion,
  hashMarts,
  openBench,
  publish,
  record,
  recordIssue,
} from "./support.ts";

const build = { withDbt: true, withFreshness: false, fullRefresh: false };

// On a machine that is busy with other things, too.
const buildMsMax = 180_000;

// One story, told in order, for each build takes seconds.
describe("the warehouse", () => {
  let bench: Bench;
  let hashes: Record<string, string>;

  beforeAll(async () => {
    bench = await openBench();
    await publish(bench, { versions: [defaultVersion] });
  });
  afterAll(() => bench?.remove());

  const facts = () => bench.warehouse`
    select application_id, user_id, time_id, credit_score, loan_amount, risk_level, is_fraud, approval_status, final_status
    from marts.fact_loan_application order by application_id`;

  test("a first run turns what is projected, and no more, into facts and records every job", {
    timeout: buildMsMax,
  }, async () => {
    await record(
      bench.creditdb,
      [
        { id: "a", offset: 0, user: "ann", name: "Ann", region: "West", submittedAt: "2026-02-28T23:59:59Z" },
        { id: "b", offset: 1, isFraud: true },
        { id: "c", offset: 0, partition: 1, isFraud: true },
        { id: "r", offset: 1, partition: 1, creditScore: 590 },
        { id: "in-flight", offset: 3 },
      ],
      { 0: 3, 1: 2 },
    );
    await recordIssue(bench.creditdb, 2);
    await alert(bench, "b", 1);
    await alert(bench, "in-flight", 3);

    const summary = await runWarehouse(bench.deps, { ...build, withFreshness: true });

    expect(summary).toMatchObject({
      status: "succeeded",
      error: null,
      loaded: { credit_scores: 4, data_quality_issues: 1, fraud_alerts: 1, policies: 1, reviews: 0 },
      facts: 4,
      dbt: { models_failed: 0, tests_failed: 0, tests_warned: 1, tests_skipped: 0 },
      parity: { decisions: 4, mismatches: 0 },
    });
    expect(summary.dbt?.failures.map(({ name }) => name)).toEqual(["every_fraud_decision_has_its_alert"]);
    expect(summary.dbt?.freshness).toEqual({
      "creditdb.credit_scores": "pass",
      "creditdb.data_quality_issues": "pass",
      "creditdb.processed_transactions": "pass",
      "loader.loads": "pass",
      "mongodb.fraud_alerts": "pass",
    });
    const rejected = {
      ...{ credit_score: 400, loan_amount: "15000.01", risk_level: "High" },
      ...{ approval_status: "Rejected", final_status: "Rejected" },
    };
    expect([...(await facts())]).toEqual([
      {
        application_id: "a",
        user_id: "ann",
        time_id: 20260228,
        credit_score: 720,
        loan_amount: "9999.99",
        risk_level: "Low",
        is_fraud: false,
        approval_status: "Approved",
        final_status: "Approved",
      },
      { application_id: "b", user_id: "user-b", time_id: 20260301, is_fraud: true, ...rejected },
      { application_id: "c", user_id: "user-c", time_id: 20260301, is_fraud: false, ...rejected },
      {
        ...{ application_id: "r", user_id: "user-r", time_id: 20260301, credit_score: 590, loan_amount: "9999.99" },
        ...{ risk_level: "Medium", is_fraud: false, approval_status: "Under Review", final_status: "Under Review" },
      },
    ]);
    const jobs = await bench.creditdb`
      select job, status, count(*)::integer as jobs, bool_and(finished_at >= started_at) as ended
      from metadata_table where run_id = ${summary.run_id} group by job, status order by job`;
    expect([...jobs]).toEqual([
      { job: "dbt_build", status: "succeeded", jobs: 1, ended: true },
      { job: "dbt_model", status: "succeeded", jobs: summary.dbt?.models, ended: true },
      { job: "load", status: "succeeded", jobs: 7, ended: true },
    ]);
  });

  test("late alerts, late reviews, late records and older attributes end right in the next run", {
    timeout: buildMsMax,
  }, async () => {
    await alert(bench, "c", 0, 1);
    const review = { status: "Approved", reviewedBy: "rita", reason: "Payslips seen" } as const;
    expect(await recordReview(bench.creditdb, "r", review)).toMatchObject({ kind: "recorded" });
    await record(
      bench.creditdb,
      [
        { id: "d", offset: 4, user: "ann", region: "East", submittedAt: "2024-12-31T00:00:00Z" },
        // The broker took it before "a": what it says of Ann is older.
        { id: "e", offset: 0, partition: 2, user: "ann", name: "Anna", age: 41, tMs: 1_772_000_000_000 },
      ],
      { 0: 5, 2: 1 },
    );

    const summary = await runWarehouse(bench.deps, build);

    expect(summary).toMatchObject({
      status: "succeeded",
      loaded: { credit_scores: 3, fraud_alerts: 2, reviews: 1 },
      facts: 7,
      dbt: { tests_warned: 0, tests_failed: 0 },
      parity: { decisions: 7, mismatches: 0 },
    });
    const [reviewed] = await bench.warehouse`
      select policy_status, approval_status, final_status, reviewed_at is not null as was_reviewed, policy_version
      from marts.fact_loan_application where application_id = 'r'`;
    expect(reviewed).toEqual({
      ...{ policy_status: "Under Review", approval_status: "Under Review", final_status: "Approved" },
      ...{ was_reviewed: true, policy_version: "consumer-loans@1" },
    });
    const [late] = await bench.warehouse`select is_fraud from marts.fact_loan_application where application_id = 'c'`;
    expect(late).toEqual({ is_fraud: true });
    const [ann] =
      await bench.warehouse`select name, age, gender, region, applications from marts.dim_user where user_id = 'ann'`;
    expect(ann).toEqual({ name: "Ann", age: 41, gender: null, region: "East", applications: 3n });
    const [calendar] =
      await bench.warehouse`select min(time_id), max(time_id), count(*)::integer as days from marts.dim_time`;
    expect(calendar).toEqual({ min: 20240101, max: 20261231, days: 366 + 365 + 365 });
    hashes = await hashMarts(bench.warehouse);
  });

  test("a run without news writes no row and keeps every key, grant and hash", { timeout: buildMsMax }, async () => {
    const rowVersions = () =>
      bench.warehouse`select application_id, xmin::text, ctid::text from marts.fact_loan_application order by 1`;
    const before = await rowVersions();

    const summary = await runWarehouse(bench.deps, build);

    expect(summary).toMatchObject({
      status: "succeeded",
      loaded: { credit_scores: 0, data_quality_issues: 0, fraud_alerts: 0 },
    });
    expect(await rowVersions()).toEqual(before);
    expect(await hashMarts(bench.warehouse)).toEqual(hashes);
    const keys = await bench.warehouse`
      select contype::text as kind, count(*)::integer as keys from pg_constraint
      where conrelid = 'marts.fact_loan_application'::regclass and contype in ('p', 'f') group by contype order by contype`;
    expect([...keys]).toEqual([
      { kind: "f", keys: 9 },
      { kind: "p", keys: 1 },
    ]);
    const unreadable = await bench.warehouse`
      select oid::regclass::text from pg_class
      where relkind in ('r', 'v') and relnamespace in ('marts'::regnamespace, 'quality'::regnamespace) and not (
        has_table_privilege('bi_reader', oid, 'select') and has_schema_privilege('bi_reader', relnamespace, 'usage'))`;
    expect([...unreadable]).toEqual([]);
  });

  test("a bad row turns the build red, and the marts stay as they were", {
    timeout: buildMsMax,
  }, async () => {
    await bench.warehouse`update raw.credit_scores set credit_score = 200 where application_id = 'a'`;

    const red = await runWarehouse(bench.deps, build);

    expect(red.status).toBe("failed");
    expect(red.error).toContain("in_range_stg_creditdb__credit_scores_credit_score");
    expect(red.dbt?.tests_skipped).toBeGreaterThan(0);
    expect(await hashMarts(bench.warehouse)).toEqual(hashes);
    const [job] =
      await bench.creditdb`select status, error from metadata_table where run_id = ${red.run_id} and job = 'dbt_build'`;
    expect(job).toEqual({ status: "failed", error: red.error });
    await bench.warehouse`update raw.credit_scores set credit_score = 720 where application_id = 'a'`;
  });

  test("metrics tell of that build, and of parity and what waits as the good one before left them", async () => {
    const own = createMetrics("loader");
    const databases = { jobs: bench.creditdb, warehouse: bench.warehouse };
    const readings = [jobsReading(own, bench.creditdb), parityReading(own, databases), waitingReading(own, databases)];
    const { body } = await withReadings(own, readings).expose();
    const told = body.split("\n").map((line) => line.replace(/,?app="loader"/, ""));
    expect(told).toEqual(
      expect.arrayContaining([
        'scoreline_job_last_run_failed{job="load"} 0',
        'scoreline_job_last_run_failed{job="dbt_build"} 1',
        'scoreline_job_failures{job="dbt_build"} 1',
        expect.stringMatching(/^scoreline_job_duration_baseline_seconds\{job="dbt_build"\} \d/),
        'scoreline_parity_compared{subject="applications"} 7',
        'scoreline_parity_uncompared{subject="applications"} 0',
        'scoreline_parity_mismatches{subject="applications"} 0',
        'scoreline_parity_compared{subject="transactions"} 0',
        "scoreline_warehouse_waiting_records{} 0",
        // The red build's load brought no decision.
        "scoreline_warehouse_waiting_duration_seconds{} 0",
      ]),
    );
  });

  test("what is wrong with records and with rows is served in one place, to readers too", async () => {
    const served = await bench.warehouse.begin(async (tx) => {
      await tx`set local role bi_reader`;
      return tx`
        select source, check_type, record_id, field, reason, stage, topic, severity
        from marts.mart_data_quality order by source, check_type, stage`;
    });
    const warehouse = { source: "warehouse", topic: null };
    const outOfRange = {
      ...warehouse,
      check_type: "in_range",
      record_id: "a",
      field: "credit_score",
      severity: "error",
    };
    expect([...served]).toEqual([
      {
        ...{ source: "stream", check_type: "missing_credit_score", record_id: "bad-2", field: "/credit_score" },
        ...{ reason: "is missing", stage: "scorer", topic: "credit_applications", severity: "error" },
      },
      {
        ...{ ...warehouse, check_type: "every_fraud_decision_has_its_alert", record_id: "c", field: "" },
        ...{
          reason: "Got 1 result, configured to warn if != 0",
          severity: "warn",
          stage: "marts.fact_loan_application",
        },
      },
      { ...outOfRange, reason: "credit_score is 200", stage: "staging.stg_creditdb__credit_scores" },
    ]);
  });

  test("a full refresh gives the same rows in the same tables, without what raw no longer holds", {
    timeout: buildMsMax,
  }, async () => {
    const tables = () => bench.warehouse`
      select oid::integer, relname from pg_class where relnamespace = 'marts'::regnamespace and relkind = 'r' order by relname`;
    const before = await tables();
    await bench.warehouse`insert into marts.dim_region (region, is_known, load_id) values ('gone', false, 1)`;
    await bench.warehouse`
      insert into marts.dim_user (user_id, region, first_seen_at, last_seen_at, applications, load_id)
      values ('gone', 'gone', now(), now(), 1, 1)`;
    await bench.warehouse`
      insert into marts.dim_user_history (user_version_id, user_id, version, valid_from, is_current, load_id)
      values ('gone/1', 'gone', 1, now(), true, 1)`;
    await bench.warehouse`
      insert into marts.fact_loan_application
      select gone.* from marts.fact_loan_application as fact,
        jsonb_populate_record(fact, '{"application_id": "gone", "user_id": "gone", "record_offset": 999}') as gone
      where fact.application_id = 'a'`;
    await bench.warehouse`
      insert into marts.fact_decision_reason
      select gone.* from marts.fact_decision_reason as reason,
        jsonb_populate_record(reason, '{"decision_reason_id": "gone/1", "application_id": "gone"}') as gone
      where reason.decision_reason_id = 'b/1'`;
    await bench.warehouse`
      insert into quality.decision_parity
      select gone.* from quality.decision_parity as parity,
        jsonb_populate_record(parity, '{"application_id": "gone"}') as gone
      where parity.application_id = 'a'`;
    await bench.warehouse`update marts.fact_loan_application set risk_level = 'Medium' where application_id = 'a'`;

    const summary = await runWarehouse(bench.deps, { ...build, fullRefresh: true });

    expect(summary).toMatchObject({ status: "succeeded", error: null, facts: 7 });
    expect(await hashMarts(bench.warehouse)).toEqual(hashes);
    expect(await tables()).toEqual(before);
  });

  test("a key that is lost and a policy that nobody declared are found", { timeout: buildMsMax }, async () => {
    await bench.warehouse`alter table marts.fact_loan_application drop constraint fact_loan_application_user_id_fkey`;
    await bench.warehouse`create policy nobody_declared on marts.dim_user`;
    expect(await dbtTest(bench, "structure_is_as_declared")).toContain("Got 2 results, configured to fail if != 0");
  });

  test("each model makes of a few rows what its unit tests say", { timeout: buildMsMax }, async () => {
    expect(await dbtTest(bench, "test_type:unit")).toMatch(/PASS=10 WARN=0 ERROR=0 SKIP=0/);
  });
});
