import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hastened, readThresholds, ruleFile } from "@scoreline/monitoring";
import { down, pidOf, readEnv, type StackEnv } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf, scoreline } from "./support/cli.ts";
import { type Drill, type DrillTimes, firing, runDrill } from "./support/drills/drill.ts";
import { fraudulent, type Stop, simulating } from "./support/drills/traffic.ts";
import { temporaryHome } from "./support/homes.ts";
import { Prometheus } from "./support/prometheus.ts";

/**
 * How many times as fast the rules' time runs: their windows and waits divided by it, their bounds as they are. At 1 the rules
 * are those of production, and all of this takes half an hour.
 */
const speed = Number(process.env.SCORELINE_DRILL_SPEED ?? "10");
/** No shorter: a process whose store is away may take 1.5 s to answer Prometheus. */
const interval = speed > 1 ? "2s" : "5s";
/** What scrapes, evaluations and a machine with other work take beside the rules' own time. */
const slackSeconds = 20;
const drillMsMax = 3_000_000 / Math.min(speed, 6);

// One stack lives through all of this, under steady traffic. Each drill begins and ends in silence.
describe("what goes wrong is told within its time, by the alerts that are there for it, and by no other", () => {
  const home = temporaryHome("drills");
  const rulesDir = mkdtempSync(join(tmpdir(), "scoreline-rules-"));
  let env: StackEnv;
  let prometheus: Prometheus;
  let warehouse: Database;
  let traffic: Stop = async () => {};
  const times: Record<string, DrillTimes> = {};

  beforeAll(async () => {
    const thresholds = readThresholds();
    writeFileSync(join(rulesDir, "scoreline.yml"), ruleFile(hastened(thresholds, speed), thresholds));
    process.env.SCORELINE_PROMETHEUS_RULES = rulesDir;
    process.env.SCORELINE_PROMETHEUS_INTERVAL = interval;
    const started = await scoreline(home, "up", "--detach", "--monitoring");
    expect(started.stderr + started.stdout).toContain("prometheus");
    expect(started.code).toBe(0);
    env = readEnv(home);
    prometheus = new Prometheus(env.PROMETHEUS_URL ?? "");
    warehouse = connectPostgres(env.DW_FINANCE_URL, { app: "test", connectionsMax: 2 });
    jsonOf(await scoreline(home, "simulate", "--count", "3000", "--rate", "400", "--seed", "1", "--json"));
    traffic = simulating(home, "--rate", "40", "--seed", "2");
    jsonOf(await scoreline(home, "warehouse", "--json"));
  }, 600_000);

  afterAll(async () => {
    console.log(`Drills at ${speed} times the rules' time, seconds: ${JSON.stringify(times, null, 1)}`);
    await traffic();
    await warehouse?.end({ timeout: 1 });
    await down(home);
    for (const dir of [home.dir, rulesDir]) rmSync(dir, { recursive: true, force: true });
  });

  const drill = (name: string, silenceSecondsMax: number, steps: Drill) =>
    test(name, { timeout: drillMsMax }, async () => {
      // Before the first, what is told of a slow start ends.
      await expect.poll(() => firing(prometheus), { timeout: 120_000, interval: 500 }).toEqual([]);
      times[name] = await runDrill(prometheus, steps, { speed, slackSeconds, silenceSecondsMax });
    });

  const start = async () => {
    const started = await scoreline(home, "up", "--detach", "--monitoring");
    if (started.code !== 0) throw new Error(started.stdout + started.stderr);
  };

  drill("8 % of the records are invalid", 300, {
    cause: async () => simulating(home, "--rate", "120", "--invalid-share", "0.08", "--seed", "3"),
    fires: { InvalidRecords: 180 },
  });

  drill("a test of the warehouse fails", 60, {
    cause: async () => {
      const add = (cents: number) => warehouse`
        update marts.fact_loan_application set loan_amount = loan_amount + ${cents}::numeric / 100
        where application_id = (select min(application_id) from marts.fact_loan_application)`;
      await add(1);
      expect((await scoreline(home, "warehouse", "--json")).code).toBe(1);
      return async () => {
        await add(-1);
        jsonOf(await scoreline(home, "warehouse", "--json"));
      };
    },
    fires: {
      "EtlJobFailed{job=dbt_build}": 90,
      "WarehouseTestFailed{test=facts_equal_recorded_in_number_and_money}": 90,
    },
  });

  drill("a load waits for a lock", 60, {
    cause: async () => {
      // What it uses to take is known of three runs at least.
      for (let run = 0; run < 3; run += 1) jsonOf(await scoreline(home, "warehouse", "--no-dbt", "--json"));
      const locker = connectPostgres(env.DW_FINANCE_URL, { app: "test", connectionsMax: 1 });
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const held = locker.begin(async (tx) => {
        await tx`lock table raw.reviews in access exclusive mode`;
        await released;
      });
      const load = scoreline(home, "warehouse", "--no-dbt", "--json");
      return async () => {
        release();
        await held;
        jsonOf(await load);
        await locker.end({ timeout: 1 });
        jsonOf(await scoreline(home, "warehouse", "--no-dbt", "--json"));
      };
    },
    fires: { "EtlJobSlow{job=load}": 150 },
  });

  drill("the scorer is stopped", 600, {
    cause: async () => {
      process.kill(pidOf(home, "scorer") ?? Number.NaN, "SIGTERM");
      return start;
    },
    fires: { "TargetDown{job=scorer}": 60, ScorerStalled: 120 },
    // What waited is decided late.
    follows: ["LatencyBudgetBurning*", "ConsumerLagGrowing"],
  });

  drill("Postgres is killed", 600, {
    cause: async () => {
      process.kill(pidOf(home, "postgres") ?? Number.NaN, "SIGKILL");
      return start;
    },
    fires: { "SinkDown{dependency=postgres}": 60 },
    // Without MongoDB of its own the stack keeps the alerts in Postgres too; nothing is settled, and what waited is late.
    follows: [
      "SinkDown{dependency=mongodb}",
      "SinkDown{dependency=warehouse}",
      "ScorerStalled",
      "ConsumerLagGrowing",
      "PolicyUnavailable",
      "LatencyBudgetBurning*",
    ],
  });

  drill("a burst of fraud", 600, {
    cause: async () => {
      // There is a day before to compare with.
      const known = async () => (await prometheus.query("scoreline:fraud_alerts:baseline_ratio > 0")).length;
      await expect.poll(known, { timeout: 1_500_000 / speed, interval: 1_000 }).toBeGreaterThan(0);
      return fraudulent(env, 20, "burst");
    },
    fires: { FraudShareHigh: 240, FraudSpike: 240 },
  });
});
