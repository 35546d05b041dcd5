import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PrometheusConfig, readConfig } from "../config.ts";
import type { StackEnv } from "../env-file.ts";
import type { Home } from "../home.ts";
import type { OnStackEvent, ServiceDefinition } from "../service.ts";
import { pidOf, stopService } from "../supervise.ts";
import { repositoryRoot, tools } from "../tools.ts";

/** Told where Prometheus is asked for and is not there. */
export const prometheusMissing =
  "prometheus is missing: install Prometheus 2.42 or newer (Debian: apt-get install prometheus; elsewhere https://prometheus.io/download), then npm run setup";

const retention = "15d";

const configFile = (home: Home) => join(home.runDir, "prometheus.yml");

/** A Prometheus that watches this stack by the rules of `monitoring`, on the loopback address. Starts only where there is one. */
export function prometheusService(
  home: Home,
  env: StackEnv,
  settings: PrometheusConfig = readConfig().prometheus,
): ServiceDefinition {
  const { prometheus } = tools();
  const url = env.PROMETHEUS_URL;
  if (url === undefined) throw new Error("Prometheus does not watch this stack: run npx scoreline up --monitoring");
  const data = join(home.dataDir, "prometheus");
  return {
    name: "prometheus",
    command: prometheus ?? "prometheus",
    args: [
      `--config.file=${configFile(home)}`,
      `--storage.tsdb.path=${data}`,
      `--storage.tsdb.retention.time=${retention}`,
      `--web.listen-address=${new URL(url).host}`,
      ...(prometheus === null ? [] : webAssets(prometheus)),
    ],
    stopTimeoutMsMax: 30_000,
    prepare: async () => {
      if (prometheus === null) throw new Error(prometheusMissing);
      mkdirSync(data, { recursive: true });
      writeFileSync(configFile(home), textOf(env, settings));
    },
    ready: async () => {
      const answer = await fetch(new URL("/-/ready", url), { signal: AbortSignal.timeout(5_000) });
      if (answer.status !== 200) throw new Error(`/-/ready answered ${answer.status}: ${await answer.text()}`);
    },
  };
}

/** Stops a Prometheus that runs by another configuration, such as that of another number of scorers: it is to be started anew. */
export async function stopOutdatedPrometheus(
  home: Home,
  env: StackEnv,
  on: OnStackEvent,
  settings: PrometheusConfig = readConfig().prometheus,
): Promise<void> {
  if (pidOf(home, "prometheus") === undefined) return;
  const before = existsSync(configFile(home)) ? readFileSync(configFile(home), "utf8") : undefined;
  if (before !== textOf(env, settings)) await stopService(home, "prometheus", on);
}

/** What Prometheus reads and evaluates. The jobs are those of monitoring/prometheus/prometheus.yml. */
export function prometheusConfig(env: StackEnv, { rulesDir, scrapeInterval }: PrometheusConfig) {
  const rules = resolve(rulesDir ?? join(repositoryRoot, "monitoring", "prometheus", "rules"));
  const job = (job_name: string, ...urls: string[]) => ({
    job_name,
    static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
  });
  return {
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: [join(rules, "*.yml")],
    scrape_configs: [
      job("ingest", env.INGEST_URL),
      job("fraud-check", env.FRAUD_CHECK_URL),
      job("scorer", ...env.SCORER_METRICS_URLS.split(",")),
      // Its series of jobs name the job they are of.
      { ...job("loader", env.LOADER_METRICS_URL), honor_labels: true },
      ...(env.PROMETHEUS_URL === undefined ? [] : [job("prometheus", env.PROMETHEUS_URL)]),
    ],
  };
}

/** JSON is YAML. */
function textOf(env: StackEnv, settings: PrometheusConfig): string {
  return `${JSON.stringify(prometheusConfig(env, settings), undefined, 2)}\n`;
}

/** Debian's Prometheus has its web pages beside it; unpacked elsewhere, it must be told where. */
function webAssets(prometheus: string): string[] {
  const assets = join(prometheus, "..", "..", "share", "prometheus", "web");
  return existsSync(assets) ? [`--web.local-assets=${assets}/`] : [];
}
