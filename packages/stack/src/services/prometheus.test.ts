import { expect, test } from "vitest";
import { portDefaults } from "../config.ts";
import { stackEnv } from "../env-file.ts";
import { repositoryRoot } from "../tools.ts";
import { prometheusConfig } from "./prometheus.ts";

const env = stackEnv({
  format: 1,
  ports: { ...portDefaults },
  scorerPorts: [18_084],
  prometheusPort: 19_090,
  postgresPassword: "pw",
  apiKey: "key",
});

test("Prometheus scrapes every process of the stack, and reads monitoring's rules", () => {
  const { scrape_configs, rule_files } = prometheusConfig(env, { scrapeInterval: "5s" });
  expect(scrape_configs.map(({ job_name, static_configs }) => [job_name, static_configs[0]?.targets])).toEqual([
    ["ingest", ["127.0.0.1:18080"]],
    ["fraud-check", ["127.0.0.1:18081"]],
    ["scorer", ["127.0.0.1:18082", "127.0.0.1:18084"]],
    ["loader", ["127.0.0.1:18083"]],
    ["prometheus", ["127.0.0.1:19090"]],
  ]);
  expect(rule_files).toEqual([`${repositoryRoot}/monitoring/prometheus/rules/*.yml`]);
});

test("other rules, and how often they are evaluated, may be told", () => {
  const { global, rule_files } = prometheusConfig(env, { rulesDir: "/rules", scrapeInterval: "1s" });
  expect(rule_files).toEqual(["/rules/*.yml"]);
  expect(global).toEqual({ scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" });
});
