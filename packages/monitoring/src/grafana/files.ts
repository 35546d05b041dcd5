import type { Thresholds } from "../thresholds.ts";
import { alertingFiles } from "./alerting/files.ts";
import { build } from "./dashboard.ts";
import { dashboards } from "./dashboards/index.ts";

/** Folders of `monitoring` that hold nothing but what is made here. */
export const grafanaFolders = ["grafana/dashboards", "grafana/provisioning/alerting"] as const;

/** Grafana's dashboards and alerting, by their paths in `monitoring`. */
export function grafanaFiles(thresholds: Thresholds): Map<string, string> {
  const [dashboardsFolder, alertingFolder] = grafanaFolders;
  return new Map([
    ...dashboards(thresholds).map((dashboard): [string, string] => [
      `${dashboardsFolder}/${dashboard.uid}.json`,
      `${JSON.stringify(build(dashboard), undefined, 2)}\n`,
    ]),
    ...[...alertingFiles(thresholds)].map(([name, text]): [string, string] => [`${alertingFolder}/${name}`, text]),
  ]);
}
