import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionVariables, type DbtSettings, dbtFreshness, modelVariables } from "../src/dbt.ts";
import { readBuild } from "../src/dbtResults.ts";
import { blocks, modelName } from "../src/policyModels.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, defaultVersion, openBench, publish, record } from "./support.ts";

// On a machine that is busy with other things, too.
const buildMsMax = 180_000;
const dayMs = 86_400_000;
/** More than the thousand that a distribution is taken of. */
const rowsPerDay = 1_100;

// One warehouse with two good days, which its build has found good, and into which each fault is put and taken back. All
// tests are run each time, and no model.
describe("a deliberate fault turns the tests red that are there for it, and no other", () => {
  let bench: Bench;
  let settings: DbtSettings;

  beforeAll(async () => {
    bench = await openBench();
    await publish(bench, { versions: [defaultVersion] });
    const firstDayMs = Date.parse("2026-03-01T10:00:00Z");
    const applications = Array.from({ length: 2 * rowsPerDay }, (_, offset) => ({
      id: `app-${offset}`,
      offset,
      user: `user-${offset % 300}`,
      creditScore: 450 + (offset % 250),
      tMs: firstDayMs + Math.floor(offset / rowsPerDay) * dayMs + offset,
    }));
    await record(bench.creditdb, applications, { 0: applications.length });
    const { error } = await runWarehouse(bench.deps, { withDbt: true, withFreshness: false, fullRefresh: false });
    expect(error).toBeNull();
    settings = {
      ...bench.deps.dbt,
      databaseUrl: bench.deps.warehouseUrl,
      projectDir: join(bench.deps.dbt.stateDir, "project"),
      policyModels: blocks.map((block) => ({ name: modelName(defaultVersion.version, block), block })),
    };
  }, buildMsMax);
  afterAll(() => bench?.remove());

  /** Runs every test, without a build, which would skip those behind a red one; gives those that do not pass, by name. */
  const failing = async () => {
    const { dbtPath, projectDir, stateDir, policyModels, environment, databaseUrl } = settings;
    const target = join(stateDir, "target-test");
    const args = ["test", "--project-dir", projectDir, "--profiles-dir", projectDir, "--target-path", target];
    const variables = JSON.stringify(modelVariables(policyModels));
    await promisify(execFile)(dbtPath, [...args, "--log-path", join(stateDir, "logs"), "--vars", variables], {
      env: { ...environment, ...connectionVariables(databaseUrl) },
    }).catch((error: { code?: unknown }) => expect(error.code).toBe(1));
    const { summary } = readBuild(JSON.parse(await readFile(join(target, "run_results.json"), "utf8")));
    expect(summary.tests_skipped).toBe(0);
    return Object.fromEntries(summary.failures.map(({ name, status }) => [name, status]));
  };

  test("a broken foreign key", { timeout: buildMsMax }, async () => {
    const setUser = (user: string) =>
      bench.warehouse.begin(async (tx) => {
        // Keys are checked by triggers, which a replica does not fire: PostgreSQL manual, session_replication_role.
        await tx`set local session_replication_role = replica`;
        await tx`update marts.fact_loan_application set user_id = ${user} where application_id = 'app-7'`;
      });
    await setUser("nobody");
    expect(await failing()).toEqual({
      relationships_fact_loan_application_user_id__user_id__ref_dim_user_: "fail",
    });
    await setUser("user-7");
  });

  test("a load that came twice", { timeout: buildMsMax }, async () => {
    await bench.warehouse`alter table raw.credit_scores drop constraint credit_scores_pkey`;
    await bench.warehouse`
      insert into raw.credit_scores
      select twice.* from raw.credit_scores as once, jsonb_populate_record(once, '{"load_id": 2}') as twice
      where once.record_offset < 3`;
    expect(await failing()).toEqual({
      unique_stg_creditdb__credit_scores_application_id: "fail",
      unique_int_applications_joined_to_alerts_and_reviews_application_id: "fail",
      every_application_is_a_fact: "fail",
      every_offset_has_one_outcome: "fail",
      facts_equal_recorded_in_number_and_money: "fail",
    });
    await bench.warehouse`delete from raw.credit_scores where load_id = 2`;
    await bench.warehouse`alter table raw.credit_scores add primary key (application_id)`;
  });

  test("a record that was lost on its way", { timeout: buildMsMax }, async () => {
    await bench.warehouse`create table raw.lost as select * from raw.credit_scores where record_offset in (5, 6)`;
    await bench.warehouse`delete from raw.credit_scores where record_offset in (5, 6)`;
    expect(await failing()).toEqual({
      every_application_is_a_fact: "fail",
      every_decision_is_compared: "fail",
      every_offset_has_one_outcome: "fail",
      facts_equal_recorded_in_number_and_money: "fail",
    });
    await bench.warehouse`insert into raw.credit_scores select * from raw.lost`;
    await bench.warehouse`drop table raw.lost`;
  });

  test("a cent that differs", { timeout: buildMsMax }, async () => {
    const add = (cents: number) => bench.warehouse`
      update marts.fact_loan_application set loan_amount = loan_amount + ${cents}::numeric / 100
      where application_id = 'app-9'`;
    await add(1);
    expect(await failing()).toEqual({ facts_equal_recorded_in_number_and_money: "fail" });
    await add(-1);
  });

  test("an event with an earlier time than one before it", { timeout: buildMsMax }, async () => {
    const move = (ms: number) =>
      bench.warehouse`update raw.credit_scores set t_ms = t_ms + ${ms} where application_id = 'app-1500'`;
    await move(-60_000);
    expect(await failing()).toEqual({ time_never_falls_within_a_partition: "fail" });
    await move(60_000);
  });

  test("a distribution that shifted: a little warns, much fails", { timeout: buildMsMax }, async () => {
    const shift = (points: number) => bench.warehouse`
      update marts.fact_loan_application set credit_score = credit_score + ${points}
      where received_at >= '2026-03-02'`;
    const name = "distribution_is_stable_fact_loan_application_credit_score__received_at";
    await shift(18);
    expect(await failing()).toEqual({ [name]: "warn" });
    await shift(82);
    expect(await failing()).toEqual({ [name]: "fail" });
    await shift(-100);
  });

  test("a day with fewer records: less than half warns, less than a tenth fails", { timeout: buildMsMax }, async () => {
    const spread = (yesterday: number) => bench.warehouse`
      update marts.fact_loan_application
      set received_at = now()
        - (case when record_offset < ${yesterday} then 1 else 2 + record_offset % 8 end) * interval '1 day'`;
    const name = "volume_is_usual_fact_loan_application_received_at";
    await spread(100);
    expect(await failing()).toEqual({ [name]: "warn" });
    await spread(5);
    expect(await failing()).toEqual({ [name]: "fail" });
    await bench.warehouse`
      update marts.fact_loan_application as fact
      set received_at = timestamptz 'epoch' + recorded.t_ms * interval '1 millisecond'
      from raw.credit_scores as recorded where fact.application_id = recorded.application_id`;
  });

  test("a source that went stale: some days warn, a week fails", { timeout: buildMsMax }, async () => {
    const age = (days: number) =>
      bench.warehouse`update raw.credit_scores set scored_at = now() - ${days}::integer * interval '1 day'`;
    await age(2);
    expect(await dbtFreshness(settings)).toMatchObject({ "creditdb.credit_scores": "warn", "loader.loads": "pass" });
    await age(8);
    expect(await dbtFreshness(settings)).toMatchObject({ "creditdb.credit_scores": "error", "loader.loads": "pass" });
    await age(0);
  });
});
