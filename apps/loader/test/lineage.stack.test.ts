import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../src/lineage/events.ts";
import { httpTransport } from "../src/lineage/transport.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { specProblems } from "./openLineage.ts";
import { openReceiver } from "./receiver.ts";
import { type Bench, defaultVersion, openBench, publish, record } from "./support.ts";

// On a machine that is busy with other things, too.
const buildMsMax = 180_000;

describe("a run of the warehouse, told as lineage", () => {
  let bench: Bench;
  let events: RunEvent[];
  let runId: string;

  beforeAll(async () => {
    bench = await openBench();
    await publish(bench, { versions: [defaultVersion] });
    await record(bench.creditdb, [{ id: "app-secret", offset: 0, user: "user-secret", name: "Ann Secret" }], { 0: 1 });
    const receiver = await openReceiver();
    const lineage = httpTransport(receiver.url, undefined);
    const summary = await runWarehouse(
      { ...bench.deps, lineage },
      { withDbt: true, withFreshness: false, fullRefresh: false },
    );
    expect(summary).toMatchObject({ status: "succeeded", error: null });
    await receiver.close();
    ({ events } = receiver);
    runId = summary.run_id;
  }, buildMsMax);
  afterAll(() => bench?.remove());

  const endOf = (job: string) => events.find((event) => event.job.name === job && event.eventType !== "START");

  test("is what the specification asks for", () => {
    expect(events.length).toBeGreaterThan(50);
    expect(specProblems(events)).toEqual([]);
  });

  test("begins and ends each of its runs once, all within the whole", () => {
    const ids = [...new Set(events.map(({ run }) => run.runId))];
    const told = (type: string) => events.filter(({ eventType }) => eventType === type).map(({ run }) => run.runId);
    expect(told("START").toSorted()).toEqual(ids.toSorted());
    expect(told("COMPLETE").toSorted()).toEqual(ids.toSorted());
    const whole = events.filter(({ run }) => !("parent" in run.facets));
    expect(whole.map(({ run, job }) => [run.runId, job.name])).toEqual([
      [runId, "warehouse"],
      [runId, "warehouse"],
    ]);
  });

  test("leads from the scorer's table to the fact, with the rows that were moved", () => {
    const load = endOf("load.credit_scores");
    const staging = endOf("warehouse.stg_creditdb__credit_scores");
    const fact = endOf("warehouse.fact_loan_application");
    expect(load?.inputs[0]?.name).toMatch(/_credit\.public\.credit_scores$/);
    expect(load?.outputs[0]).toMatchObject({ outputFacets: { outputStatistics: { rowCount: 1 } } });
    expect(staging?.inputs[0]).toMatchObject({ namespace: load?.outputs[0]?.namespace, name: load?.outputs[0]?.name });
    expect(fact?.outputs[0]).toMatchObject({ outputFacets: { outputStatistics: { rowCount: 1 } } });
    expect(endOf("load.policies")?.inputs[0]).toMatchObject({ namespace: expect.stringMatching(/^mongodb:/) });
  });

  test("names no applicant, no path of this machine and no password", () => {
    const text = JSON.stringify(events);
    const { stateDir, warehouseDir } = bench.deps.dbt;
    const { password } = new URL(bench.deps.warehouseUrl);
    for (const secret of ["app-secret", "user-secret", "Ann Secret", stateDir, warehouseDir, password]) {
      expect(text).not.toContain(secret);
    }
  });

  test("is recorded with the commit and the policy that it was made by", async () => {
    const jobs = await bench.creditdb`
      select distinct job, commit, policy_version from metadata_table where run_id = ${runId} order by job`;
    const origin = { commit: "0123abc", policy_version: "consumer-loans@1" };
    expect([...jobs]).toEqual(["dbt_build", "dbt_model", "load"].map((job) => ({ job, ...origin })));
  });

  test("a receiver that is away costs a run one line and a bounded time", async () => {
    const silent = await openReceiver(() => undefined);
    const lineage = httpTransport(silent.url, "a key", 300);
    bench.notices.length = 0;
    const startMs = performance.now();
    const summary = await runWarehouse(
      { ...bench.deps, lineage },
      { withDbt: false, withFreshness: false, fullRefresh: false },
    );
    expect(performance.now() - startMs).toBeLessThan(10_000);
    await silent.close();
    expect(summary).toMatchObject({ status: "succeeded", error: null });
    expect(bench.notices).toEqual([
      expect.stringMatching(/^lineage is not told any more in this run: http:\/\/127.0.0.1:\d+ did not take it/),
    ]);
    expect(silent.events).toHaveLength(1);
  });
});
