import { grafanaFiles, grafanaFolders } from "./grafana/files.ts";
import { alertGroups } from "./rules/alerts/index.ts";
import { ruleFile, ruleTestFile } from "./rules/prometheus.ts";
import type { Thresholds } from "./thresholds.ts";

/** Folders of `monitoring` that hold generated files only. */
export const generatedFolders = ["prometheus/rules", "prometheus/tests", ...grafanaFolders] as const;

/** Every generated file of `monitoring`, by its path there. */
export function generatedFiles(thresholds: Thresholds): Map<string, string> {
  return new Map([
    ["prometheus/rules/scoreline.yml", ruleFile(thresholds)],
    ...alertGroups(thresholds).map((group): [string, string] => [
      `prometheus/tests/${group.name}.test.yml`,
      ruleTestFile(group, thresholds),
    ]),
    ...grafanaFiles(thresholds),
  ]);
}
