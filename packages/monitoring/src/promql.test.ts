import { expect, test } from "vitest";
import { buckets, observations, series, shareOf, within } from "./promql.ts";

test("a selector names a metric of the catalogue and its labels", () => {
  expect(series("lag")).toBe("scoreline_scorer_lag_records");
  expect(series("recordsSettled", { outcome: "=~scored|failed", topic: "!=dead_letters", job: "scorer" })).toBe(
    'scoreline_scorer_records_settled_total{outcome=~"scored|failed",topic!="dead_letters",job="scorer"}',
  );
  expect(buckets("decisionLatency", { topic: "transactions" })).toBe(
    'scoreline_decision_latency_seconds_bucket{topic="transactions"}',
  );
  expect(observations("decisionLatency")).toBe("scoreline_decision_latency_seconds_count");
});

test("a label that the metric has not is refused", () => {
  expect(() => series("lag", { user_id: "7" })).toThrow("scoreline_scorer_lag_records has no label user_id");
  expect(() => series("lag", { le: "1" })).toThrow(/no label le/);
});

test("a bound is matched in the form of either Prometheus, and must be one", () => {
  expect(within("decisionLatency", 1)).toBe('scoreline_decision_latency_seconds_bucket{le=~"1|1\\\\.0"}');
  expect(within("decisionLatency", 0.5)).toBe('scoreline_decision_latency_seconds_bucket{le="0.5"}');
  expect(() => within("decisionLatency", 3)).toThrow("scoreline_decision_latency_seconds has no bucket of 3 s");
});

test("a share of nothing is none", () => {
  expect(shareOf("sum(a)", "sum(b)")).toBe("(sum(a)) / (sum(b) > 0) or vector(0)");
});
