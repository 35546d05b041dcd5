import { buckets, observations, series, shareOf, within } from "../promql.ts";
import type { Duration, Thresholds } from "../thresholds.ts";
import type { Recording } from "./rule.ts";

/** Requests that count for the availability objective: those of customers. */
const served = { route: "!~/livez|/readyz|/metrics" };

/** Records that a producer or a customer sent; those on `dead_letters` were refused at the door, and count here too. */
const judged = { outcome: "=~scored|duplicate|failed" };

/** The name of an objective's error ratio over a window. */
export function errorRatio(objective: "availability" | "decision_latency", window: string): string {
  return `scoreline:slo_${objective}:error_ratio_${window}`;
}

/**
 * What alerts and dashboards share. `written` are the thresholds as they stand in the file: names keep their windows when a drill
 * hastens them.
 */
export function recordings(thresholds: Thresholds, written: Thresholds = thresholds): Recording[] {
  const { invalid_records, fraud_share, fraud_spike } = thresholds;
  return [
    {
      record: "topic:scoreline_records_received:rate1m",
      expr: `sum by (topic) (rate(${series("recordsReceived")}[1m]))`,
    },
    {
      record: "topic_outcome:scoreline_records_settled:rate1m",
      expr: `sum by (topic, outcome) (rate(${series("recordsSettled")}[1m]))`,
    },
    { record: "topic:scoreline_lag_records:sum", expr: `sum by (topic) (${series("lag")})` },
    { record: "topic:scoreline_lag_seconds:max", expr: `max by (topic) (${series("lagSeconds")})` },
    {
      record: "topic:scoreline_decision_latency_seconds:p50_1m",
      expr: `histogram_quantile(0.5, sum by (topic, le) (rate(${buckets("decisionLatency")}[1m])))`,
    },
    {
      record: "topic:scoreline_decision_latency_seconds:p99_1m",
      expr: `histogram_quantile(0.99, sum by (topic, le) (rate(${buckets("decisionLatency")}[1m])))`,
    },
    {
      record: "scoreline:records_invalid:ratio",
      expr: shareOf(
        `sum(rate(${series("recordsSettled", { outcome: "failed" })}[${invalid_records.window}]))`,
        `sum(rate(${series("recordsSettled", judged)}[${invalid_records.window}]))`,
      ),
    },
    {
      record: "scoreline:fraud_alerts:ratio",
      expr: shareOf(alertRate(fraud_share.window), decidedRate(fraud_share.window)),
    },
    {
      // By volume, not by time: a quiet night has no share of its own.
      record: "scoreline:fraud_alerts:baseline_ratio",
      expr: shareOf(
        alertRate(fraud_spike.baseline, fraud_spike.baseline_offset),
        decidedRate(fraud_spike.baseline, fraud_spike.baseline_offset),
      ),
    },
    ...windowsOf(written).flatMap((name, index): Recording[] => {
      const window = windowsOf(thresholds)[index] ?? name;
      return [
        {
          record: errorRatio("availability", name),
          expr: shareOf(
            `sum(rate(${series("httpRequests", { ...served, status: "=~5.." })}[${window}]))`,
            `sum(rate(${series("httpRequests", served)}[${window}]))`,
          ),
        },
        {
          record: errorRatio("decision_latency", name),
          expr: slowShare(window, written.slo.decision_latency.seconds),
        },
      ];
    }),
  ];
}

/** The windows of all burn rates, each once. */
function windowsOf({ slo }: Thresholds): Duration[] {
  return [...new Set(slo.burns.flatMap(({ short, long }) => [short, long]))];
}

function slowShare(window: Duration, seconds: number): string {
  const all = `sum(rate(${observations("decisionLatency")}[${window}]))`;
  return shareOf(`${all} - sum(rate(${within("decisionLatency", seconds)}[${window}]))`, all);
}

/** Fraud alerts a second. */
export function alertRate(window: Duration, offset?: Duration): string {
  return `sum(rate(${series("fraudAlerts")}[${window}]${offsetOf(offset)}))`;
}

/** Decisions a second, on applications and on card transactions. */
export function decidedRate(window: Duration, offset?: Duration): string {
  const ranged = `[${window}]${offsetOf(offset)}`;
  return `(sum(rate(${series("decisions")}${ranged})) + sum(rate(${series("transactionsFlagged")}${ranged})))`;
}

function offsetOf(offset: Duration | undefined): string {
  return offset === undefined ? "" : ` offset ${offset}`;
}
