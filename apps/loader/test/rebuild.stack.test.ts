import { recordReview } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWarehouse } from "../src/warehouse.ts";
import { alert, type Bench, defaultVersion, hashMarts, openBench, publish, record, recordIssue } from "./support.ts";

const build = { withDbt: true, withFreshness: false, fullRefresh: false };
const buildMsMax = 600_000;

// Broker's times, by the second of a year that has just begun: the late record lies in the year before.
const t = (second: number) => Date.parse("2026-01-01T00:00:00Z") + second * 1_000;

const grant = {
  ...{ id: "ex-1", userId: "bob", status: "Approved" as const, effectiveFromMs: t(0), expiresAtMs: t(900) },
  ...{ reason: "A tenant of ours", approvedBy: "rita", createdAtMs: 0 },
};
const revocation = {
  ...{ id: "ex-2", revokes: "ex-1", effectiveFromMs: t(500) },
  ...{ reason: "Moved out", approvedBy: "rita", createdAtMs: 0 },
};

/** What happens, slice by slice; each is loaded and built before the next one. */
const slices: ((bench: Bench) => Promise<void>)[] = [
  async (bench) => {
    await publish(bench, { versions: [defaultVersion], exceptions: [grant] });
    const applications = [
      { id: "a1", offset: 0, user: "ann", name: "Ann", region: "Ohio", age: 40, tMs: t(100) },
      { id: "b1", offset: 1, user: "bob", region: "Texas", tMs: t(101), creditScore: 450 },
      { id: "f1", offset: 2, user: "fay", tMs: t(102), isFraud: true },
      { id: "r1", offset: 3, user: "ray", region: "Ohio", tMs: t(103), creditScore: 590 },
    ];
    await record(bench.creditdb, applications, { 0: 5 }, [grant]);
    await recordIssue(bench.creditdb, 4);
  },
  async (bench) => {
    // Ann's earlier event comes from another partition, a year before and at the very moment of the next one.
    const applications = [
      { id: "a0", offset: 0, partition: 2, user: "ann", name: "Anna", region: "Atlantis", tMs: t(-5) },
      { id: "a2", offset: 1, partition: 2, user: "ann", region: "Utah", tMs: t(100) },
      { id: "b2", offset: 5, user: "bob", region: "TX", tMs: t(200), creditScore: 450 },
      { id: "c1", offset: 6, user: "cat", name: "Cat", tMs: t(201), submittedAt: "2024-12-31T00:00:00Z" },
    ];
    await record(bench.creditdb, applications, { 0: 7, 2: 2 }, [grant]);
    const review = { status: "Approved", reviewedBy: "rita", reason: "Payslips seen" } as const;
    await recordReview(bench.creditdb, "r1", review);
    await alert(bench, "f1", 2);
    await publish(bench, { exceptions: [revocation] });
  },
  async (bench) => {
    await publish(bench, { versions: [{ ...defaultVersion, version: "consumer-loans@2", fromMs: t(10_000) }] });
    const applications = [
      { id: "a3", offset: 2, partition: 2, user: "ann", tMs: t(300) },
      { id: "b3", offset: 7, user: "bob", age: 50, tMs: t(600), creditScore: 450 },
      { id: "c2", offset: 8, user: "cat", region: "Atlantis", tMs: t(601) },
    ];
    await record(bench.creditdb, applications, { 0: 9, 2: 3 }, [grant, revocation]);
  },
];

// One story, told in order, for each build takes seconds.
describe("the same rows, however they came to be", () => {
  let bench: Bench;
  let other: Bench;
  let hashes: Record<string, string>;

  beforeAll(async () => {
    bench = await openBench();
    other = await openBench();
  });
  afterAll(() => Promise.all([bench?.remove(), other?.remove()]));

  test("late data in slices ends in its place", { timeout: buildMsMax }, async () => {
    for (const slice of slices) {
      await slice(bench);
      const summary = await runWarehouse(bench.deps, build);
      expect(summary).toMatchObject({ error: null, status: "succeeded" });
    }
    const history = await bench.warehouse`
      select user_version_id, name, age, region, valid_from, is_current from marts.dim_user_history
      where user_id = 'ann' order by version`;
    expect([...history]).toEqual([
      ...[
        { user_version_id: "ann/1", name: "Anna", age: null, region: "Atlantis", valid_from: new Date(t(-5)) },
        { user_version_id: "ann/2", name: "Ann", age: 40, region: "Ohio", valid_from: new Date(t(100)) },
      ].map((version) => ({ ...version, is_current: false })),
      {
        user_version_id: "ann/3",
        name: "Ann",
        age: 40,
        region: "Utah",
        valid_from: new Date(t(100)),
        is_current: true,
      },
    ]);
    const [exception] = await bench.warehouse`
      select scope, decisions, revoked_from, ends_at, time_id from marts.fact_exception`;
    expect(exception).toEqual({
      ...{ scope: "user", decisions: 2n, time_id: 20260101 },
      ...{ revoked_from: new Date(t(500)), ends_at: new Date(t(500)) },
    });
    const reasons = await bench.warehouse`
      select decision_reason_id, reason_code, test, threshold from marts.fact_decision_reason
      where application_id in ('b1', 'b3') order by 1`;
    expect([...reasons]).toEqual([
      { decision_reason_id: "b1/1", reason_code: "POLICY_EXCEPTION", test: null, threshold: null },
      {
        ...{ decision_reason_id: "b3/1", reason_code: "CREDIT_SCORE_TOO_LOW" },
        ...{ test: "credit_score < 500", threshold: "500" },
      },
    ]);
    const regions = await bench.warehouse`
      select region, state, is_known from marts.dim_region where region in ('Atlantis', 'TX') order by 1`;
    expect([...regions]).toEqual([
      { region: "Atlantis", state: null, is_known: false },
      { region: "TX", state: "Texas", is_known: true },
    ]);
    const versions = await bench.warehouse`
      select policy_version, effective_until, is_current from marts.dim_policy order by version_number`;
    expect([...versions]).toEqual([
      { policy_version: "consumer-loans@1", effective_until: new Date(t(10_000)), is_current: false },
      { policy_version: "consumer-loans@2", effective_until: null, is_current: true },
    ]);
    const [thresholds] = await bench.warehouse`
      select count(*)::integer as rows, count(distinct policy_version)::integer as versions from marts.dim_policy_threshold`;
    expect(thresholds).toEqual({ rows: 28, versions: 2 });
    hashes = await hashMarts(bench.warehouse);
  });

  test("a full refresh gives every table the same rows", { timeout: buildMsMax }, async () => {
    const summary = await runWarehouse(bench.deps, { ...build, fullRefresh: true });

    expect(summary).toMatchObject({ error: null, status: "succeeded" });
    expect(await hashMarts(bench.warehouse)).toEqual(hashes);
  });

  test("an empty warehouse that loads all at once comes to the same rows", { timeout: buildMsMax }, async () => {
    const summary = await runWarehouse({ ...bench.deps, warehouseUrl: other.deps.warehouseUrl }, build);

    expect(summary).toMatchObject({ error: null, status: "succeeded" });
    // Which load brought a row is another matter where there was one load.
    expect(await hashMarts(other.warehouse, ["load_id"])).toEqual(await hashMarts(bench.warehouse, ["load_id"]));
  });
});
