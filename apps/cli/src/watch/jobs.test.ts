import { describe, expect, test } from "vitest";
import { type JobRow, lastRuns } from "./jobs.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 9, 0, second));
const row = (over: Partial<JobRow>): JobRow => ({
  run_id: "r1",
  job: "load",
  started_at: at(0),
  finished_at: at(4),
  rows: 10n,
  status: "succeeded",
  error: null,
  ...over,
});

describe("the last runs of jobs", () => {
  test("a run's targets are one line: from the first start to the last end, rows summed", () => {
    const rows = [row({ started_at: at(1), finished_at: at(9) }), row({ rows: 5n }), row({ rows: null })];
    expect(lastRuns(rows)).toEqual([
      { job: "load", startedAt: at(0), tookMs: 9_000, rows: 15n, status: "succeeded", error: undefined },
    ]);
  });

  test("a run is as its worst target, and takes no time yet while one is under way", () => {
    const rows = [row({}), row({ status: "running", finished_at: null, rows: null })];
    expect(lastRuns(rows)[0]).toMatchObject({ status: "running", tookMs: undefined, rows: 10n });
    expect(lastRuns([...rows, row({ status: "failed", error: "broke" })])[0]).toMatchObject({
      status: "failed",
      error: "broke",
    });
  });

  test("models of dbt do not push other jobs out", () => {
    const models = Array.from({ length: 60 }, () => row({ job: "dbt_model" }));
    expect(
      lastRuns([...models, row({ job: "dbt_build", rows: null }), row({})]).map(({ job, rows }) => [job, rows]),
    ).toEqual([
      ["dbt_build", undefined],
      ["load", 10n],
    ]);
  });

  test("only the newest are shown", () => {
    const rows = Array.from({ length: 9 }, (_, index) => row({ run_id: `r${index}` }));
    expect(lastRuns(rows, 3)).toHaveLength(3);
  });
});
