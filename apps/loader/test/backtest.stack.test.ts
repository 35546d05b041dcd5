import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "@scoreline/stack";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backtest, runBacktest } from "../src/backtest/command.ts";
import type { Report } from "../src/backtest/report.ts";
import { connection } from "../src/warehouse.ts";
import { type Case, type Compared, insertCases, makeCases, type Said, startMs, swapSetOf } from "./backtestSupport.ts";
import { type Bench, openBench } from "./support.ts";

const hourMs = 3_600_000;

const candidateYaml = `policy: consumer-loans
inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
applications:
  features:
    applications_1h: { count: true, window: 1h }
    requested_6h: { sum: loan_amount, window: 6h, cap: 10000000 }
  fraud:
    - { id: burst, when: "applications_1h > 2 && requested_6h > 30000", reason: Burst of applications }
  risk:
    - { level: Low, when: "credit_score >= 650" }
    - { level: Medium, when: "credit_score >= 450" }
    - { level: High }
  approval:
    - { id: fraud, status: Rejected, when: "is_fraud", reason: SUSPECTED_FRAUD }
    - { id: dti, status: Rejected, when: "has(dti) && dti > 40", reason: DEBT_TO_INCOME_TOO_HIGH }
    - { id: instant, status: Approved, when: "credit_score >= 500 && requested_6h <= 40000" }
    - { id: review, status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`;

/** The candidate once more, by hand. `seen` are the applications that its windows may hold. */
function candidate(one: Case, seen: readonly Case[]): Said {
  const own = seen.filter(
    (other) =>
      other.history === one.history &&
      other.partition === one.partition &&
      other.user === one.user &&
      (other.tMs < one.tMs || (other.tMs === one.tMs && other.offset <= one.offset)),
  );
  const within = (ms: number) => own.filter(({ tMs }) => tMs > one.tMs - ms);
  const requested = within(6 * hourMs).reduce((cents, { amount }) => cents + Math.round(amount * 100), 0) / 100;
  const alert = within(hourMs).length > 2 && requested > 30_000;
  const level = one.score >= 650 ? "Low" : one.score >= 450 ? "Medium" : "High";
  if (alert || one.attributes?.dti === 44.25) return { status: "Rejected", level, alert };
  return { status: one.score >= 500 && requested <= 40_000 ? "Approved" : "Under Review", level, alert };
}

/** The default policy once more, by hand. */
function byDefault({ score, amount }: Case): Said {
  const alert = amount > 15_000 && score < 450;
  const level = score >= 700 ? "Low" : score >= 500 ? "Medium" : "High";
  if (alert || level === "High") return { status: "Rejected", level, alert };
  return { status: score >= 600 && amount <= 15_000 ? "Approved" : "Under Review", level, alert };
}

const cases = makeCases(420, 7);
const live = cases.filter(({ history }) => !history);

function compare(scope: readonly Case[], before: (one: Case) => Said, after: (one: Case) => Said): Compared[] {
  return scope.map((one) => {
    const held = one.recorded.exception ? { status: one.recorded.status } : {};
    return { one, before: { ...before(one), ...held }, after: { ...after(one), ...held } };
  });
}

/** Compares a report's figures with those of `compared`, whole and by part. */
function expectSame(report: Report, compared: readonly Compared[]): void {
  expect(report.compared).toBe(compared.length);
  expect({ approvals: report.approvals, alerts: report.alerts }).toEqual(swapSetOf(compared));
  const levels = ["Low", "Medium", "High"].map((level) => ({
    risk_level: level,
    ...swapSetOf(compared.filter(({ before }) => before.level === level)),
  }));
  expect(report.by_risk_level.map(({ applications: _, ...part }) => part)).toEqual(levels);
  const regions = ["East", "North", "West", null].map((region) => ({
    region,
    ...swapSetOf(compared.filter(({ one }) => one.region === region)),
  }));
  const named = (part: { region: string | null }) => part.region ?? "~";
  expect(
    report.by_region
      .map(({ applications: _, ...part }) => part)
      .toSorted((one, other) => (named(one) < named(other) ? -1 : 1)),
  ).toEqual(regions);
}

describe("a backtest", () => {
  let bench: Bench;
  let client: Client;
  let file: string;

  beforeAll(async () => {
    bench = await openBench();
    client = connection(bench.deps.warehouseUrl, "loader-test");
    await client.connect();
    await insertCases(bench.warehouse, cases);
    const yaml = await readFile(join(repositoryRoot, "packages/policy/policies/default.yaml"), "utf8");
    await bench.warehouse`
      insert into raw.policies values ('consumer-loans@1', 'consumer-loans', 1, ${yaml},
        ${createHash("sha256").update(yaml).digest("hex")}, 1, 0, 0, 'test', '', 1)`;
    file = join(bench.deps.dbt.stateDir, "candidate.yaml");
    await writeFile(file, candidateYaml);
  });
  afterAll(async () => {
    await client?.end();
    await bench?.remove();
  });

  const run = async (options: { from?: string; to?: string; against?: string } = {}) =>
    (await backtest(client, { file, against: "recorded", ...options }, () => {})).report;

  test("against what was recorded equals a calculation by hand, and history is counted apart", async () => {
    const report = await run();
    expect(report).toMatchObject({
      applications: 420,
      historical: 420 - live.length,
      held_by_exception: live.filter(({ recorded }) => recorded.exception).length,
      missing_inputs: [
        {
          input: "dti",
          missing: cases.filter(({ attributes }) => ![12.5, 44.25].includes(attributes?.dti as number)).length,
        },
      ],
    });
    expectSame(
      report,
      compare(
        live,
        ({ recorded }) => recorded,
        (one) => candidate(one, cases),
      ),
    );
    const { kept, lost, won } = report.approvals;
    for (const { applications, bad_rate } of [kept, lost, won]) {
      expect(applications).toBeGreaterThan(10);
      expect(bad_rate).toBeGreaterThan(0);
    }
    expect(report.alerts.gained).toBeGreaterThan(0);
    expect(report.held_by_exception).toBeGreaterThan(3);
  });

  test("against a version takes history in, and decides both sides anew", async () => {
    const report = await run({ against: "consumer-loans@1" });
    expect(report.historical).toBeGreaterThan(50);
    expectSame(
      report,
      compare(cases, byDefault, (one) => candidate(one, cases)),
    );
  });

  test("a period's windows are warmed from before it", async () => {
    const fromMs = startMs + 5 * hourMs;
    const toMs = startMs + 9 * hourMs;
    const scope = live.filter(({ tMs }) => tMs >= fromMs && tMs < toMs);
    const report = await run({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });

    const compared = compare(
      scope,
      ({ recorded }) => recorded,
      (one) => candidate(one, cases),
    );
    expectSame(report, compared);
    // Were they not, the figures would be others: the test can fail.
    const cold = compare(
      scope,
      ({ recorded }) => recorded,
      (one) => candidate(one, scope),
    );
    expect(swapSetOf(cold)).not.toEqual(swapSetOf(compared));
  });

  test("a moment at an edge of the period belongs to the period that begins with it", async () => {
    const edge = new Date(startMs + 5 * 7 * 60_000).toISOString();
    const [before, after, all] = [await run({ to: edge }), await run({ from: edge }), await run()];
    expect(before.applications).toBe(15);
    expect(before.applications + after.applications).toBe(all.applications);
    expect(after.first).toBe(edge);
  });

  test("its tables in quality hold every run, and their sums are the report's figures", async () => {
    await runBacktest(bench.deps, { file, against: "recorded", to: new Date(startMs).toISOString() });
    const report = await runBacktest(bench.deps, { file, against: "consumer-loans@1" });
    const [row] = await bench.warehouse`
      select candidate_policy, candidate_sha256, against, applications, historical, compared, held_by_exception, missing_inputs
      from quality.backtests where backtest_id = ${report.backtest_id}`;
    expect(row).toEqual({
      candidate_policy: "consumer-loans",
      candidate_sha256: createHash("sha256").update(candidateYaml).digest("hex"),
      against: "consumer-loans@1",
      applications: BigInt(report.applications),
      historical: BigInt(report.historical),
      compared: BigInt(report.compared),
      held_by_exception: BigInt(report.held_by_exception),
      missing_inputs: { dti: report.missing_inputs[0]?.missing },
    });
    const sums = await bench.warehouse`
      select approval, sum(applications)::integer as applications, sum(loan_amount)::text as amount,
        sum(exposure)::text as exposure, sum(rated)::integer as rated, sum(bad)::integer as bad
      from quality.backtest_swap_sets
      where backtest_id = ${report.backtest_id} and approval <> 'not approved' group by approval order by approval`;
    const { kept, lost, won } = report.approvals;
    expect([...sums]).toEqual(
      [kept, lost, won].map(({ applications, amount, exposure, rated, bad }, index) => ({
        approval: ["kept", "lost", "won"][index],
        applications,
        amount,
        exposure,
        rated,
        bad,
      })),
    );
    const [runs] = await bench.warehouse`
      select count(*)::integer as runs, (select count(*)::integer from raw.backtests) as recorded from quality.backtests`;
    expect(runs).toEqual({ runs: 2, recorded: 2 });
    const [readable] = await bench.warehouse`
      select has_table_privilege('bi_reader', 'quality.backtest_swap_sets', 'select') as readable`;
    expect(readable).toEqual({ readable: true });
  });

  test("a version that the warehouse does not hold, or whose document was changed, is refused", async () => {
    await expect(run({ against: "consumer-loans@9" })).rejects.toThrow(
      "the warehouse holds no policy consumer-loans@9; it holds consumer-loans@1",
    );
    await bench.warehouse`
      insert into raw.policies select 'consumer-loans@2', policy, 2, yaml || '#', sha256, compiler_version, 5, 5, '', '', 1
      from raw.policies where number = 1`;
    await expect(run({ against: "consumer-loans@2" })).rejects.toThrow("the document of consumer-loans@2");
  });

  test("an application that a scorer decided after it came as history counts once, as decided", async () => {
    const [one] = live;
    await bench.warehouse`
      insert into raw.historical_applications (application_id, user_id, credit_score, loan_amount, submitted_at, record_offset, t_ms, load_id)
      select application_id, user_id, credit_score, loan_amount, submitted_at, 9999, t_ms, 1 from raw.credit_scores
      where application_id = ${one?.id ?? ""}`;
    expect(await run()).toMatchObject({ applications: 420, compared: live.length });
  });
});
