import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { alertGroups, appJobs, readThresholds, recordings } from "@scoreline/monitoring";
import { runnableQueries } from "@scoreline/monitoring/grafana";
import { readEnv, repositoryRoot, type StackEnv } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonOf, scoreline } from "./support/cli.ts";
import { firing } from "./support/drills/drill.ts";
import { temporaryHome } from "./support/homes.ts";
import { Prometheus } from "./support/prometheus.ts";

const poll = { timeout: 60_000, interval: 1_000 };
const thresholds = readThresholds();
const alerts = alertGroups(thresholds).flatMap((group) => group.alerts);

const hour = 3_600_000;
const queries = runnableQueries(thresholds, { from: new Date(Date.now() - 6 * hour), to: new Date(Date.now() + hour) });

/** The SQL or PromQL that the runbooks tell to run. */
function runbookBlocks(language: "sql" | "promql"): { file: string; block: string }[] {
  const folder = join(repositoryRoot, "monitoring", "runbooks");
  return readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(
      ([, block = ""]) => ({ file, block }),
    ),
  );
}

describe("the demo is watched by a real Prometheus", () => {
  const home = temporaryHome("watched");
  let env: StackEnv;
  let prometheus: Prometheus;
  let warehouse: Database;
  let creditdb: Database;

  beforeAll(async () => {
    process.env.SCORELINE_PROMETHEUS_INTERVAL = "1s";
    jsonOf(await scoreline(home, "demo", "--count", "5000", "--monitoring", "--json"));
    jsonOf(await scoreline(home, "reconcile", "--json"));
    env = readEnv(home);
    prometheus = new Prometheus(env.PROMETHEUS_URL ?? "");
    creditdb = connectPostgres(env.CREDITDB_URL, { app: "test", connectionsMax: 1 });
    warehouse = connectPostgres(env.DW_FINANCE_URL, { app: "test", connectionsMax: 2 });
  }, 600_000);
  afterAll(async () => {
    await Promise.allSettled([warehouse?.end({ timeout: 1 }), creditdb?.end({ timeout: 1 })]);
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("every target is up", async () => {
    const targets = await prometheus.targets();
    expect(targets.map(({ labels }) => labels.job)).toEqual(
      expect.arrayContaining([...appJobs.split("|"), "prometheus"]),
    );
    await expect
      .poll(async () => (await prometheus.targets()).filter(({ health }) => health !== "up"), poll)
      .toEqual([]);
  });

  test("every rule is evaluated without an error", async () => {
    const rules = await prometheus.rules();
    expect(rules).toHaveLength(recordings(thresholds).length + alerts.length);
    await expect.poll(async () => (await prometheus.rules()).filter(({ health }) => health !== "ok"), poll).toEqual([]);
  });

  test.each(recordings(thresholds).map(({ record }) => record))("%s has data", async (record) => {
    await expect.poll(async () => (await prometheus.query(record)).length, poll).toBeGreaterThan(0);
  });

  test.each(alerts)("$name asks what has an answer", async ({ signal }) => {
    await expect.poll(async () => (await prometheus.query(signal)).length, poll).toBeGreaterThan(0);
  });

  test.each(queries.filter(({ always }) => always))(
    "$where has data: $datasource",
    async ({ datasource, runnable }) => {
      const ask = datasource === "prometheus" ? prometheus.query(runnable) : warehouse.unsafe(runnable);
      expect((await ask).length).toBeGreaterThan(0);
    },
  );

  test.each(queries.filter(({ always }) => !always))("$where is understood", async ({ runnable }) => {
    await prometheus.query(runnable);
  });

  test.each(runbookBlocks("promql"))("$file asks Prometheus what it can answer", async ({ block }) => {
    for (const query of block.trim().split("\n")) await prometheus.query(query);
  });

  test.each(runbookBlocks("sql"))("$file asks what one of the databases can answer", async ({ block }) => {
    const answers = await Promise.allSettled([creditdb.unsafe(block), warehouse.unsafe(block)]);
    expect(
      answers.filter(({ status }) => status === "fulfilled").length,
      String(answers.map((answer) => answer.status === "rejected" && answer.reason)),
    ).toBeGreaterThan(0);
  });

  test("nothing is wrong, and nothing says so", async () => {
    const alerts = await firing(prometheus);
    // A first minute on a machine with other work is slow, and there is no hour before it to weigh it against.
    expect(alerts.filter((alert) => !alert.startsWith("LatencyBudgetBurning"))).toEqual([]);
  });

  test("no process exposes more series than the bound", async () => {
    const exposed = await prometheus.query(`scrape_samples_post_metric_relabeling{job=~"${appJobs}"}`);
    expect(exposed.length).toBeGreaterThanOrEqual(4);
    for (const { metric, value } of exposed)
      expect(value, metric.job).toBeLessThanOrEqual(thresholds.cardinality.series_per_target);
  });
});
