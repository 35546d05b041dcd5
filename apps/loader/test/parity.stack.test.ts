import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type PolicyEvent, type PolicyException, policyVectors } from "@scoreline/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompilePolicy } from "../src/policyModels.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { Decider, insertScores, policyOf, type Row, type Version } from "./decider.ts";
import { plainYaml, scorecardYaml, velocityYaml } from "./parityPolicies.ts";
import { type Bench, defaultVersion, hashOf, openBench, project, publish, record, topic } from "./support.ts";

// On a machine that is busy with other things, too.
const buildMsMax = 240_000;
const parityOnly = { withDbt: true, withFreshness: false, fullRefresh: false, parityOnly: true };
const again = { ...parityOnly, withLoad: false, fullRefresh: true };

/** Streams that try three policies at their edges, one after the other over the same partitions and users. */
function makeEvents(): PolicyEvent[] {
  const ends = new Map<number, { tMs: number; offset: number }>();
  const vectors = [velocityYaml, scorecardYaml, plainYaml].map((yaml, index) =>
    policyVectors(policyOf(yaml), { seed: index + 1, count: 1_400 }),
  );
  const startMs = Math.min(...vectors.flat().map(({ tMs }) => tMs));
  return vectors.flatMap((part) => {
    const from = new Map(ends);
    return part.map((event) => {
      const partition = event.topic === "vectors" ? event.partition : 2;
      const { tMs, offset } = from.get(partition) ?? { tMs: 0, offset: 0 };
      const placed = {
        ...event,
        topic,
        partition,
        tMs: event.tMs - (tMs && startMs) + tMs,
        offset: event.offset + offset,
      };
      ends.set(partition, { tMs: placed.tMs, offset: placed.offset });
      return placed;
    });
  });
}

const events = makeEvents();
const timesMs = events.map(({ tMs }) => tMs).sort((a, b) => a - b);
/** The time of an event, so that what begins or ends there meets it exactly. */
const timeAt = (share: number) => timesMs[Math.floor(share * timesMs.length)] as number;

const versions: Version[] = [
  { version: "consumer-loans@1", yaml: velocityYaml, fromMs: 0 },
  { version: "consumer-loans@2", yaml: scorecardYaml, fromMs: timeAt(0.3) },
  { version: "consumer-loans@3", yaml: plainYaml, fromMs: timeAt(0.75) },
];

const grant = (id: string, from: number, to: number, rest: Partial<PolicyException>): PolicyException => ({
  ...{ id, effectiveFromMs: timeAt(from), expiresAtMs: timeAt(to), status: "Approved" },
  ...{ reason: "Known for years", approvedBy: "rita", createdAtMs: 0 },
  ...rest,
});
const [ofApplication] = events.filter(({ application, tMs }) => application.user_id === "u1" && tMs > timeAt(0.42));
const exceptions: PolicyException[] = [
  grant("ex-a", 0.1, 0.2, { userId: "u1", status: "Rejected" }),
  // As new as the one before: the id decides, by its bytes.
  grant("ex-B", 0.1, 0.25, { userId: "u1" }),
  grant("ex-c", 0.4, 0.6, { userId: "u1" }),
  grant("ex-d", 0.41, 0.43, { userId: "u1", status: "Under Review" }),
  grant("ex-e", 0.4, 0.43, { applicationId: ofApplication?.application.application_id ?? "", status: "Rejected" }),
  grant("ex-f", 0.8, 0.95, { userId: "U1", status: "Rejected" }),
  { ...{ id: "ex-g", revokes: "ex-f", effectiveFromMs: timeAt(0.85) }, reason: "", approvedBy: "rita", createdAtMs: 0 },
];

describe("parity", () => {
  let bench: Bench;
  let rows: Row[];
  const news = Math.floor(events.length * 0.7);

  beforeAll(async () => {
    bench = await openBench();
    await publish(bench, { versions, exceptions });
    const decider = new Decider(versions, exceptions);
    rows = events.map((event) => decider.decide(event));
  });
  afterAll(() => bench?.remove());

  const recordUpTo = async (from: number, to: number) => {
    await insertScores(bench.creditdb, rows.slice(from, to));
    const ends = events.slice(0, to).map(({ partition, offset }): [number, number] => [partition, offset + 1]);
    await project(bench.creditdb, Object.fromEntries(ends));
  };
  const parityHash = () => hashOf(bench.warehouse, "quality.decision_parity");
  const differing = async () => {
    const found = await bench.warehouse<{ application_id: string; mismatches: string[] }[]>`
      select application_id, mismatches from quality.decision_parity where mismatches <> '{}'`;
    return Object.fromEntries(found.map(({ application_id, mismatches }) => [application_id, mismatches]));
  };

  test("SQL decides as the stream did: windows, a scorecard, three versions, exceptions and revocations", {
    timeout: buildMsMax,
  }, async () => {
    await recordUpTo(0, news);

    const summary = await runWarehouse(bench.deps, { ...parityOnly });

    expect(summary).toMatchObject({ status: "succeeded", error: null });
    expect(summary.parity).toEqual({ decisions: news, uncompared: 0, mismatches: 0, differing: [] });
    expect(summary.dbt).toMatchObject({ tests_passed: 6, tests_failed: 0, tests_skipped: 0 });
  });

  test("no version, exception or status was left out of that", async () => {
    const decided = await bench.warehouse`
      select policy_version, count(*)::integer as decisions, count(*) filter (where is_fraud)::integer as frauds,
        count(distinct approval_status)::integer as statuses
      from raw.credit_scores group by policy_version order by policy_version`;
    expect(decided.map(({ policy_version }) => policy_version)).toEqual(versions.map(({ version }) => version));
    for (const { decisions, frauds, statuses } of decided) {
      expect(decisions).toBeGreaterThan(200);
      expect(frauds).toBeGreaterThan(5);
      expect(statuses).toBe(3);
    }
    const used = new Set(rows.map(({ exception_id }) => exception_id));
    expect(used).toEqual(new Set([undefined, "ex-a", "ex-B", "ex-c", "ex-d", "ex-e", "ex-f"]));
    const literals = rows.map(({ reason_details }) => (reason_details as { literal: string }[]).length);
    expect(Math.max(...literals)).toBeGreaterThan(1);
  });

  test("a run with news compares the news alone, and comes to what a full one comes to", {
    timeout: 2 * buildMsMax,
  }, async () => {
    await recordUpTo(news, events.length);

    const summary = await runWarehouse(bench.deps, { ...parityOnly });

    expect(summary.parity).toEqual({ decisions: events.length, uncompared: 0, mismatches: 0, differing: [] });
    const [job] = await bench.creditdb`
      select rows::integer from metadata_table
      where run_id = ${summary.run_id} and target = 'dw_finance.quality.decision_parity'`;
    expect(job).toEqual({ rows: events.length - news });
    const hash = await parityHash();
    expect(hash).toMatch(new RegExp(`^${events.length} rows, `));
    const { stdout } = await loader("parity", "--full", "--no-load");
    expect(stdout).toBe(`${events.length} decisions, 0 mismatches\n0 transactions, 0 mismatches\n`);
    expect(await parityHash()).toBe(hash);
  });

  test("each field that is changed is named, and no other", { timeout: 2 * buildMsMax }, async () => {
    const changes: Record<string, string> = {
      policy_version: "policy_version = 'consumer-loans@3'",
      features: "features = features || '{\"applications_1h\": 99}'",
      is_fraud: "is_fraud = not is_fraud",
      fraud_rules: "fraud_rules = array_append(fraud_rules, 'burst')",
      fraud_reason: "fraud_reason = 'Another'",
      risk_level: "risk_level = case risk_level when 'Low' then 'High' else 'Low' end",
      policy_status: "policy_status = case policy_status when 'Rejected' then 'Approved' else 'Rejected' end",
      approval_status: "approval_status = case approval_status when 'Rejected' then 'Approved' else 'Rejected' end",
      reasons: "reasons = array_append(reasons, 'LOAN_PURPOSE')",
      reason_literals: "reason_details = reason_details - 0",
      exception_id: "exception_id = 'ex-z'",
    };
    const fields = Object.keys(changes);
    const chosen = await bench.warehouse<{ application_id: string }[]>`
      select application_id from raw.credit_scores
      where policy_version = 'consumer-loans@1' and exception_id is null and reason_details <> '[]'
      order by application_id limit ${fields.length}`;
    const ids = chosen.map(({ application_id }) => application_id);
    await bench.warehouse`create table saved as select * from raw.credit_scores where application_id = any(${ids})`;
    for (const [index, field] of fields.entries()) {
      await bench.warehouse.unsafe(`update raw.credit_scores set ${changes[field]} where application_id = $1`, [
        ids[index] ?? "",
      ]);
    }

    const red = await loader("parity", "--full", "--no-load", "--json").catch((failed) => failed);

    expect(red.code).toBe(1);
    const { status, error, parity } = JSON.parse(red.stdout);
    expect({ status, error }).toEqual({ status: "failed", error: expect.stringContaining("no_decision_differs") });
    expect(parity).toMatchObject({ decisions: events.length, mismatches: fields.length });
    expect(parity.differing).toHaveLength(5);
    expect(await differing()).toEqual(Object.fromEntries(ids.map((id, index) => [id, [fields[index]]])));
    const told = await loader("parity", "--no-load").catch((failed) => failed);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain(`${events.length} decisions, ${fields.length} mismatches\n\napplication vector-1-`);
    expect(told.stdout).toMatch(/\n {2}\w+ +.+ {2}.+\n/);

    await bench.warehouse`delete from raw.credit_scores where application_id = any(${ids})`;
    await bench.warehouse`insert into raw.credit_scores select * from saved`;
  });

  test("a generated model that is wrong by a millisecond, a point or an operator is red", {
    timeout: buildMsMax,
  }, async () => {
    const mutations: Record<string, [from: string, to: string]> = {
      "consumer-loans@1": ["and 3600000 preceding", "and 3599999 preceding"],
      "consumer-loans@2": ["560", "555"],
      "consumer-loans@3": [">= 700", "> 700"],
    };
    const compile: CompilePolicy = (yaml, version) => {
      const compiled = bench.deps.compile(yaml, version);
      const { sql, windowMsMax } = compiled.applications;
      const [from, to] = mutations[version] ?? ["", ""];
      expect(sql).toContain(from);
      return { ...compiled, applications: { sql: sql.replaceAll(from, to), windowMsMax } };
    };

    const summary = await runWarehouse({ ...bench.deps, compile }, again);

    expect(summary).toMatchObject({ status: "failed", error: expect.stringContaining("no_decision_differs") });
    const found = await bench.warehouse`
      select distinct policy_version, mismatches[1] as field from quality.decision_parity where mismatches <> '{}'
      order by policy_version, field`;
    expect([...found]).toEqual([
      { policy_version: "consumer-loans@1", field: "features" },
      { policy_version: "consumer-loans@2", field: "risk_level" },
      { policy_version: "consumer-loans@3", field: "risk_level" },
    ]);
  });

  test("an exception that reaches back to compared decisions has them all compared again", {
    timeout: buildMsMax,
  }, async () => {
    const late = grant("ex-late", 0.5, 0.52, { userId: "u-1", status: "Under Review" });
    await publish(bench, { exceptions: [late] });

    const summary = await runWarehouse(bench.deps, { ...parityOnly });

    expect(summary).toMatchObject({ status: "failed", loaded: { credit_scores: 0, policy_exceptions: 1 } });
    const touched = events.filter(
      ({ application, tMs }) => application.user_id === "u-1" && tMs >= timeAt(0.5) && tMs < timeAt(0.52),
    );
    const found = await differing();
    expect(Object.keys(found).sort()).toEqual(touched.map(({ application }) => application.application_id).sort());
    for (const mismatches of Object.values(found)) expect(mismatches).toContain("exception_id");
  });

  function loader(...args: string[]) {
    const main = fileURLToPath(new URL("../src/main.node.ts", import.meta.url));
    return promisify(execFile)(process.execPath, ["--import", "tsx", main, ...args], { env: bench.environment });
  }
});

test("a decision that no version was in force for is not claimed, and one by another version is told", {
  timeout: 2 * buildMsMax,
}, async () => {
  const bench = await openBench();
  await publish(bench, { versions: [{ ...defaultVersion, fromMs: 1_772_359_200_001 }] });
  await record(
    bench.creditdb,
    [
      { id: "before", offset: 0 },
      { id: "after", offset: 1 },
    ],
    { 0: 2 },
  );

  const first = await runWarehouse(bench.deps, { ...parityOnly });
  await publish(bench, { versions: [{ ...defaultVersion, version: "consumer-loans@2" }] });
  const second = await runWarehouse(bench.deps, { ...parityOnly });
  await bench.remove();

  expect(first).toMatchObject({ status: "failed", error: expect.stringContaining("every_decision_is_compared") });
  expect(first.parity).toEqual({ decisions: 1, uncompared: 1, mismatches: 0, differing: [] });
  expect(second.parity).toMatchObject({
    ...{ decisions: 2, uncompared: 0, mismatches: 1 },
    differing: [
      {
        id: "before",
        mismatches: ["policy_version"],
        recorded: { policy_version: "consumer-loans@1" },
        recomputed: { policy_version: "consumer-loans@2" },
      },
    ],
  });
});
