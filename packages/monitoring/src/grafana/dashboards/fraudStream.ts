import { series } from "../../promql.ts";
import { colours } from "../bounds.ts";
import { type Context, met, orNone } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { signals } from "../panels/panel.ts";
import { metric } from "../query.ts";
import { units } from "../units.ts";

const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;
const alertsRatio = "scoreline:fraud_alerts:ratio";
const baselineRatio = "scoreline:fraud_alerts:baseline_ratio";

/** Fraud alerts and decisions as the scorers make them. */
export function fraudSections(context: Context): Section[] {
  return [glance(context), fraud(context), decisions()];
}

function glance({ thresholds }: Context): Section {
  const { fraud_share, fraud_spike } = thresholds;
  const bound = { value: fraud_share.above, colour: colours.bad, from: "above" } as const;
  return {
    title: "At a glance",
    panels: [
      figure({
        title: "Fraud alerts per decision",
        description: `Of the last ${fraud_share.window}. Red: FraudShareHigh is about to fire, or does.`,
        unit: units.share,
        width: 6,
        decimals: 2,
        bounds: [bound],
        queries: [metric(alertsRatio, "share")],
      }),
      figure({
        title: "The same, the day before",
        description: `The baseline: the share over ${fraud_spike.baseline}, up to ${fraud_spike.baseline_offset} ago. 0: there is none yet.`,
        unit: units.share,
        width: 6,
        decimals: 2,
        queries: [metric(baselineRatio, "baseline")],
      }),
      figure({
        title: "Decisions",
        description: "Applications decided a second. Compare with what comes in on the Pipeline dashboard.",
        unit: units.perSecond,
        width: 6,
        queries: [metric(`sum(${rate(series("decisions"))})`, "decisions")],
      }),
      figure({
        title: "Card transactions flagged",
        description: "Of those scored, the share for which some fraud clause of the policy held.",
        unit: units.share,
        width: 6,
        decimals: 2,
        queries: [
          metric(
            `(sum(${rate(series("transactionsFlagged", { flagged: "true" }))}) or vector(0)) / (sum(${rate(series("transactionsFlagged"))}) > 0) or vector(0)`,
            "flagged",
          ),
        ],
      }),
    ],
  };
}

function fraud({ alert, thresholds }: Context): Section {
  const [share, spike] = [alert("FraudShareHigh"), alert("FraudSpike")];
  const { fraud_share, fraud_spike } = thresholds;
  return {
    title: "Fraud alerts",
    panels: [
      lines({
        title: "Share of fraud alerts, and its threshold",
        description: `Past the line, with ${fraud_share.alerts_min} alerts at least: FraudShareHigh. Look at the rules below and at the newest alerts.`,
        unit: units.share,
        width: 12,
        shows: [share],
        queries: [...signals([share], "share"), metric(baselineRatio, "the day before")],
      }),
      lines({
        title: "Spikes: the share against the day before",
        description: `In times of the baseline. Past the line: FraudSpike. It needs ${fraud_spike.baseline_decisions_min} decisions in the baseline.`,
        unit: units.times,
        width: 12,
        shows: [spike],
        queries: signals([spike], "times the baseline"),
      }),
      lines({
        title: "Fraud alerts by rule",
        description:
          "A second. One rule that jumps: an attack of its kind, or a rule that fits badly; see what it flagged.",
        unit: units.perSecond,
        width: 12,
        stacked: true,
        queries: [metric(met(`sum by (rule) (${rate(series("fraudAlerts"))})`, "rule"), "{{rule}}")],
      }),
      lines({
        title: "Card transactions scored, by finding",
        description: "A second, flagged by some fraud clause or not.",
        unit: units.perSecond,
        width: 12,
        stacked: true,
        queries: [
          metric(orNone(`sum by (flagged) (${rate(series("transactionsFlagged"))})`, "flagged"), "flagged {{flagged}}"),
        ],
      }),
    ],
  };
}

function decisions(): Section {
  const by = (label: string) => metric(met(`sum by (${label}) (${rate(series("decisions"))})`, label), `{{${label}}}`);
  return {
    title: "Decisions",
    panels: [
      lines({
        title: "Decisions by status",
        description: "A second. A mix that changes at once changed with the policy or with who applies.",
        unit: units.perSecond,
        width: 6,
        stacked: true,
        queries: [by("approval_status")],
      }),
      lines({
        title: "Decisions by risk level",
        description: "A second. More high risk with the same policy: other applicants.",
        unit: units.perSecond,
        width: 6,
        stacked: true,
        queries: [by("risk_level")],
      }),
      lines({
        title: "Decisions by policy version",
        description: "A second. Two versions at once: one came into force, or a scorer has not read it.",
        unit: units.perSecond,
        width: 6,
        stacked: true,
        queries: [by("policy_version")],
      }),
      lines({
        title: "Answers of the fraud check",
        description: "Synchronous requests a second by what they came to: decided, repeated, or the code of a problem.",
        unit: units.perSecond,
        width: 6,
        queries: [metric(met(`sum by (outcome) (${rate(series("fraudCheckAnswers"))})`, "outcome"), "{{outcome}}")],
      }),
    ],
  };
}
