import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHistory } from "../src/history/command.ts";
import { runOutcomes } from "../src/outcomes/command.ts";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, openBench } from "./support.ts";

const build = { withDbt: true, withFreshness: true, fullRefresh: false };

// On a machine that is busy with other things, too.
const timeout = 180_000;

describe("past applications and outcomes in the marts", () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench?.remove(), 60_000);

  const load = async (outcomes: string[], ...past: { id: string; timestamp: string; amount: string }[]) => {
    const lines = past.map(({ id, timestamp, amount }) => ({
      application_id: id,
      user_id: "ann",
      credit_score: 700,
      loan_amount: amount,
      timestamp,
      applicant: { region: "West" },
    }));
    const stream = Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`));
    await runHistory(bench.deps, { lines: stream, nowMs: Date.now() });
    const file = join(bench.deps.dbt.stateDir, "outcomes.csv");
    await writeFile(file, ["application_id,booked,bad,exposure,matured_at", ...outcomes].join("\n"));
    await runOutcomes(bench.deps, { file });
  };

  const marts = async () => [
    ...(await bench.warehouse`
      select application_id, time_id, loan_amount, region, is_booked, is_bad, exposure
      from marts.fact_historical_application left join marts.fact_loan_outcome using (application_id)
      order by application_id`),
  ];

  test("a build dates them by their own time, without any decision, and passes every test", { timeout }, async () => {
    await load(
      ["a,1,0,900,2011-01-01", "unknown,1,1,5,"],
      { id: "a", timestamp: "2008-02-29T23:59:59Z", amount: "1000.00" },
      { id: "b", timestamp: "2009-05-01T00:00:00Z", amount: "20.50" },
    );

    expect(await runWarehouse(bench.deps, build)).toMatchObject({
      status: "succeeded",
      error: null,
      facts: 0,
      dbt: { tests_failed: 0 },
    });
    expect(await marts()).toEqual([
      {
        application_id: "a",
        time_id: 20080229,
        loan_amount: "1000.00",
        region: "West",
        is_booked: true,
        is_bad: false,
        exposure: "900.00",
      },
      {
        application_id: "b",
        time_id: 20090501,
        loan_amount: "20.50",
        region: "West",
        is_booked: null,
        is_bad: null,
        exposure: null,
      },
    ]);
    const [calendar] = await bench.warehouse`select min(time_id), max(time_id) from marts.dim_time`;
    expect(calendar).toEqual({ min: 20080101, max: 20091231 });
  });

  test("a correction and an earlier application are merged in, and what is the same is not written", {
    timeout,
  }, async () => {
    const versions = () => bench.warehouse`
      select xmin::text from marts.fact_historical_application where application_id in ('a', 'b') order by application_id`;
    const before = await versions();
    await load(["a,1,1,900,2011-01-01", "unknown,1,1,5,"], { id: "c", timestamp: "2007-01-01T00:00:00Z", amount: "7" });

    expect(await runWarehouse(bench.deps, build)).toMatchObject({ status: "succeeded", error: null });
    expect(await marts()).toMatchObject([
      { application_id: "a", is_bad: true },
      { application_id: "b", is_bad: null },
      { application_id: "c", time_id: 20070101 },
    ]);
    expect(await versions()).toEqual(before);
  });

  test("a full refresh keeps the tables and drops what no file holds any more", { timeout }, async () => {
    await bench.warehouse`delete from raw.historical_applications where application_id = 'c'`;
    expect(await runWarehouse(bench.deps, { ...build, fullRefresh: true })).toMatchObject({ status: "succeeded" });
    expect((await marts()).map(({ application_id }) => application_id)).toEqual(["a", "b"]);
  });
});
