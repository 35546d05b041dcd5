import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { repositoryRoot } from "@scoreline/stack";
import { expect, test } from "vitest";

/** Runs the bench as `npm run bench` does. */
function bench(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "apps/cli/bench/main.node.ts", ...args], {
    cwd: repositoryRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}

const homes = () => readdirSync(tmpdir()).filter((name) => /^scoreline-bench-\w{6}$/.test(name));
const rate = expect.any(Number);
const copied = { copy_rows_per_s: rate, copy_rows_per_s_two_streams: rate, copy_ratio: rate };
const memory = process.platform === "linux" ? rate : null;
const scored = { durable_decisions_per_s: rate, projected_after_s: rate, peak_rss_mib: memory };

test("the scorer is measured beside consume(n) and COPY, and nothing is left behind", async () => {
  const before = homes();
  const words = "--only scorer --json --records 5000 --processes 1,2 --steady 1 --policy velocity";
  const { code, stdout, stderr } = await bench(...words.split(" "));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { scorer, ...others } = JSON.parse(stdout);
  expect(others).toEqual({});
  expect(scorer).toMatchObject({
    ...copied,
    ...scored,
    records: 5_000,
    policy: "velocity",
    narrow: false,
    consume_per_s: rate,
    consume_ratio: rate,
    shares: [1],
    p50_ms: rate,
    p99_ms: rate,
    idle_p50_ms: rate,
    idle_p99_ms: rate,
    processes: [
      { processes: 1, ...scored },
      { processes: 2, ...scored },
    ],
    velocity: null,
    machine: { synchronous_commit: "on", fsync: "on" },
  });
  expect(Math.min(scorer.consume_per_s, scorer.copy_rows_per_s, scorer.durable_decisions_per_s)).toBeGreaterThan(0);
  expect(scorer.p99_ms).toBeGreaterThanOrEqual(scorer.p50_ms);
  expect(homes()).toEqual(before);
});

test("telemetry is measured against none, and the scorer decides all records either way", async () => {
  const { code, stdout, stderr } = await bench("--only", "telemetry", "--json", "--records", "5000", "--rounds", "1");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { telemetry } = JSON.parse(stdout);
  const mode = { durable_decisions_per_s: [rate], median_per_s: rate, cpu_s: memory === null ? null : [rate] };
  const cost = { ratio_min: rate, ratio_median: rate, ratio_best: rate, cpu_ratio: memory };
  expect(telemetry).toEqual({
    ...{ records: 5_000, policy: "default", rounds: 1 },
    ...{ off: mode, on: { ...mode, ...cost }, traced: { ...mode, ...cost } },
  });
});

test("the narrow table gets every record", async () => {
  const { code, stdout, stderr } = await bench("--only", "scorer", "--narrow", "--records", "5000", "--processes", "1");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/records +5,000 of 1\d\d bytes, narrow/);
  expect(stdout).toMatch(/\(b\) COPY, one stream +[\d,]+\/s/);
  expect(stdout).toMatch(/\(c\) durable decisions +[\d,]+\/s/);
});

test("the warehouse is measured beside pandas on the same rows, and then with some on top", {
  timeout: 600_000,
}, async () => {
  const { code, stdout, stderr } = await bench("--only", "warehouse", "--json", "--records", "5000");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { warehouse } = JSON.parse(stdout);
  const built = { load_s: rate, dbt_s: rate, models_s: rate, tests_s: rate, tests_passed: rate };
  expect(warehouse).toMatchObject({
    ...{ records: 5_000, later_records: 500, first_ratio: rate, load_and_fact_ratio: rate, incremental_ratio: rate },
    first: { ...built, rows: 5_000, decisions_compared: 5_000 },
    incremental: { ...built, rows: 500, decisions_compared: 5_500 },
    pandas: { rows: 5_000, read_s: rate, merge_s: rate, write_s: rate },
    pandas_again: { rows: 5_500 },
  });
});
