import { series } from "../../promql.ts";
import { secondsOf, type Thresholds } from "../../thresholds.ts";
import { decidedRate } from "../recording.ts";
import type { Alert } from "../rule.ts";

const decided =
  'scoreline_decisions_total{app="scorer",approval_status="Approved",risk_level="Low",policy_version="p@1"}';
const flagged = 'scoreline_transactions_scored_total{app="scorer",flagged="false",policy_version="p@1"}';
const alerted = 'scoreline_fraud_alerts_total{app="scorer",rule="risky-transaction"}';

/** Whether fraud alerts are as many as they use to be. */
export function fraudAlerts({ fraud_share, fraud_spike }: Thresholds): Alert[] {
  const raised = (least: number) => `sum(increase(${series("fraudAlerts")}[${fraud_share.window}])) >= ${least}`;
  const decidedBefore = decidedRate(fraud_spike.baseline, fraud_spike.baseline_offset);
  const secondsBefore = `${fraud_spike.baseline_decisions_min} / ${secondsOf(fraud_spike.baseline)}`;
  return [
    {
      name: "FraudShareHigh",
      severity: "critical",
      signal: "scoreline:fraud_alerts:ratio",
      fires: `> ${fraud_share.above}`,
      gate: raised(fraud_share.alerts_min),
      for: fraud_share.for,
      summary: "Fraud alerts are over their threshold",
      description: "There are {{ $value | humanizePercentage }} as many fraud alerts as decisions.",
      cases: [
        {
          name: "2 alerts for 100 decisions",
          series: { [decided]: "0+80x40", [flagged]: "0+20x40", [alerted]: "0+2x40" },
          at: "8m",
          fires: [],
        },
        {
          name: "every decision alerts, of a handful",
          series: { [decided]: "0x10 0+1x5 5x20", [flagged]: "0x40", [alerted]: "0x10 0+1x5 5x20" },
          at: "5m",
          fires: [],
        },
        {
          name: "20 alerts for 100 decisions",
          series: { [decided]: "0+80x40", [flagged]: "0+20x40", [alerted]: "0+20x40" },
          at: "8m",
          fires: [{ labels: {}, description: "There are 20% as many fraud alerts as decisions." }],
        },
      ],
    },
    {
      name: "FraudSpike",
      severity: "warning",
      signal: "scoreline:fraud_alerts:ratio / (scoreline:fraud_alerts:baseline_ratio > 0) or vector(0)",
      fires: `> ${fraud_spike.times}`,
      gate: `${raised(fraud_spike.alerts_min)} and ${decidedBefore} > ${secondsBefore}`,
      for: fraud_spike.for,
      summary: "Fraud alerts are far over their own baseline",
      description: `The share of fraud alerts is {{ $value | printf "%.1f" }} times that of the day before.`,
      cases: [
        {
          name: "as before",
          series: { [decided]: "0+100x240", [flagged]: "0x240", [alerted]: "0+2x240" },
          at: "1h",
          fires: [],
        },
        {
          name: "five times as many decisions with five times as many alerts",
          series: { [decided]: "0+100x200 20000+500x40", [flagged]: "0x240", [alerted]: "0+2x200 400+10x40" },
          at: "1h",
          fires: [],
        },
        {
          name: "no day before to compare with",
          series: { [decided]: "0+100x40", [flagged]: "0x40", [alerted]: "0+8x40" },
          at: "8m",
          fires: [],
        },
        {
          name: "four times the share, still under the absolute threshold",
          series: { [decided]: "0+100x200 20000+100x40", [flagged]: "0x240", [alerted]: "0+2x200 400+8x40" },
          at: "1h",
          fires: [{ labels: {}, description: "The share of fraud alerts is 4.0 times that of the day before." }],
        },
      ],
    },
  ];
}
