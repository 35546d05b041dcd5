import { stringify } from "yaml";
import type { Thresholds } from "../thresholds.ts";
import { type AlertGroup, alertGroups } from "./alerts/index.ts";
import { recordings } from "./recording.ts";
import { type Alert, type Case, exprOf, runbookOf } from "./rule.ts";

const heading = "# Made by `npm run generate` from packages/monitoring and thresholds.yml; not written by hand.\n";
const format = { lineWidth: 0 } as const;

/** Prometheus' rule file: the recording rules, then each group of alerts. */
export function ruleFile(thresholds: Thresholds, written: Thresholds = thresholds): string {
  const groups = [
    { name: "recording", rules: recordings(thresholds, written) },
    ...alertGroups(thresholds, written).map(({ name, alerts }) => ({
      name,
      rules: alerts.map((alert) => ruleOf(alert, thresholds)),
    })),
  ];
  return heading + stringify({ groups }, format);
}

function ruleOf(alert: Alert, thresholds: Thresholds) {
  return {
    alert: alert.name,
    expr: exprOf(alert),
    ...(alert.for === undefined ? {} : { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: { ...annotationsOf(alert, thresholds), description: alert.description },
  };
}

/** What an alert says whatever its value is. */
export function annotationsOf(alert: Alert, { runbooks_url }: Thresholds): { summary: string; runbook_url: string } {
  return { summary: alert.summary, runbook_url: `${runbooks_url}/${runbookOf(alert)}.md` };
}

/** How promtool's clock runs for a group: the objectives' windows are of days. */
const paces: Record<string, { interval: string; evaluation: string }> = {
  objectives: { interval: "2m", evaluation: "30m" },
};
const paceDefault = { interval: "15s", evaluation: "15s" };

/** promtool's tests of a group: every case of every alert, each against the whole rule file. */
export function ruleTestFile({ name, alerts }: AlertGroup, thresholds: Thresholds): string {
  const { interval, evaluation } = paces[name] ?? paceDefault;
  return (
    heading +
    stringify(
      {
        rule_files: ["../rules/scoreline.yml"],
        evaluation_interval: evaluation,
        group_eval_order: ["recording", ...alertGroups(thresholds).map((group) => group.name)],
        tests: alerts.flatMap((alert) => alert.cases.map((each) => testOf(alert, each, { interval, thresholds }))),
      },
      { ...format, aliasDuplicateObjects: false },
    )
  );
}

function testOf(
  alert: Alert,
  { name, series, at, fires }: Case,
  { interval, thresholds }: { interval: string; thresholds: Thresholds },
) {
  return {
    name: `${alert.name}: ${name}`,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      {
        eval_time: at,
        alertname: alert.name,
        exp_alerts: fires.map(({ labels, description }) => ({
          exp_labels: { ...labels, severity: alert.severity },
          exp_annotations: { ...annotationsOf(alert, thresholds), description },
        })),
      },
    ],
  };
}
