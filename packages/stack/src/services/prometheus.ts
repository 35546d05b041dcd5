import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PrometheusConfig, readConfig } from "../config.ts";
import type { StackEnv } from "../env-file.ts";
import { type Home, writePrivately } from "../home.ts";
import type { ServiceDefinition } from "../service.ts";
import { repositoryRoot, tools } from "../tools.ts";

/** Told where Prometheus is asked for and is not there. */
export const prometheusMissing =
  "prometheus is missing: install Prometheus 2.42 or newer (Debian: apt-get install prometheus; elsewhere https://prometheus.io/download), then npm run setup";

const retention = "15d";

const targetsFile = (home: Home) => join(home.runDir, "prometheus-targets.json");

/**
 * Tells Prometheus which processes there are; it reads the file again by itself. The job names are those of
 * monitoring/prometheus/prometheus.yml.
 */
export function writeTargets(home: Home, env: StackEnv): void {
  const scorers = env.SCORER_METRICS_URLS.split(",");
  const jobs = {
    ingest: [env.INGEST_URL],
    "fraud-check": [env.FRAUD_CHECK_URL],
    scorer: scorers,
    loader: [env.LOADER_METRICS_URL],
    prometheus: [env.PROMETHEUS_URL ?? ""],
  };
  const groups = Object.entries(jobs).map(([job, urls]) => ({
    labels: { job },
    targets: urls.map((url) => new URL(url).host),
  }));
  writePrivately(targetsFile(home), JSON.stringify(groups));
}

/** A Prometheus that watches this stack by the rules of `monitoring`, on the loopback address. Throws where there is none. */
export function prometheusService(
  home: Home,
  env: StackEnv,
  { rulesDir, scrapeInterval }: PrometheusConfig = readConfig().prometheus,
): ServiceDefinition {
  const { prometheus } = tools();
  if (prometheus === null || env.PROMETHEUS_URL === undefined) throw new Error(prometheusMissing);
  const url = env.PROMETHEUS_URL;
  const data = join(home.dataDir, "prometheus");
  const config = join(home.runDir, "prometheus.yml");
  const rules = rulesDir ?? join(repositoryRoot, "monitoring", "prometheus", "rules");
  return {
    name: "prometheus",
    command: prometheus,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--storage.tsdb.retention.time=${retention}`,
      `--web.listen-address=${new URL(url).host}`,
      ...webAssets(prometheus),
    ],
    stopTimeoutMsMax: 30_000,
    prepare: async () => {
      mkdirSync(data, { recursive: true });
      // JSON is YAML.
      writeFileSync(config, JSON.stringify(configOf(home, rules, scrapeInterval), undefined, 2));
    },
    ready: async () => {
      const answer = await fetch(new URL("/-/ready", url), { signal: AbortSignal.timeout(5_000) });
      if (answer.status !== 200) throw new Error(`/-/ready answered ${answer.status}: ${await answer.text()}`);
    },
  };
}

/** Debian's Prometheus has its web pages beside it; unpacked elsewhere, it must be told where. */
function webAssets(prometheus: string): string[] {
  const assets = join(prometheus, "..", "..", "share", "prometheus", "web");
  return existsSync(assets) ? [`--web.local-assets=${assets}/`] : [];
}

function configOf(home: Home, rulesDir: string, interval: string) {
  return {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [join(rulesDir, "*.yml")],
    // The loader's series of jobs name the job they are of.
    scrape_configs: [{ job_name: "scoreline", honor_labels: true, file_sd_configs: [{ files: [targetsFile(home)] }] }],
  };
}
