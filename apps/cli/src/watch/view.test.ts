import { describe, expect, test } from "vitest";
import { parseExposition } from "./exposition.ts";
import type { Scrape } from "./growth.ts";
import type { Reading } from "./read.ts";
import type { Source } from "./source.ts";
import { baselineAfter, viewOf } from "./view.ts";

const topic = 'topic="credit_applications"';
const ingest = (accepted: number, refused: number) => `
scoreline_ingest_applications_total{outcome="accepted",app="ingest"} ${accepted}
scoreline_ingest_applications_total{outcome="validation_failed",app="ingest"} ${refused}
scoreline_ingest_failures_total{check="invalid_loan_amount"} ${refused}
scoreline_dead_letters_total{stage="ingest"} ${refused}`;

const scorer = (scored: number, { failed = 0, lag = 0, lagSeconds = 0, alerts = 0, partition = 0 } = {}) => `
scoreline_scorer_records_received_total{${topic}} ${scored + failed}
scoreline_scorer_records_settled_total{${topic},outcome="scored"} ${scored}
scoreline_scorer_records_settled_total{${topic},outcome="failed"} ${failed}
scoreline_scorer_records_settled_total{${topic},outcome="skipped"} 1000
scoreline_scorer_records_in_flight{${topic}} 5
scoreline_scorer_lag_records{${topic},partition="${partition}"} ${lag}
scoreline_scorer_lag_seconds{${topic},partition="${partition}"} ${lagSeconds}
scoreline_decision_latency_seconds_bucket{${topic},le="0.1"} ${scored / 2}
scoreline_decision_latency_seconds_bucket{${topic},le="0.5"} ${scored}
scoreline_decision_latency_seconds_bucket{${topic},le="+Inf"} ${scored}
scoreline_fraud_alerts_total{rule="velocity"} ${alerts}
scoreline_fraud_alerts_total{rule="silent"} 0
data_quality_invalid_count{check="invalid_user_id"} ${failed}
data_quality_invalid_count{check="duplicate_application_id"} 7`;

function reading(atMs: number, texts: Record<string, string | undefined>): Reading {
  const source = (text: string | undefined): Source<Scrape> =>
    text === undefined ? { away: "gone" } : { value: { atMs, samples: parseExposition(text) } };
  const scrapes = new Map(Object.entries(texts).map(([name, text]) => [name, source(text)]));
  return { atMs, services: { value: [] }, scrapes, alerts: undefined, jobs: { value: [] } };
}

/** The view of the last of some readings. */
function watched(...readings: [Reading, ...Reading[]]) {
  const baseline = readings.slice(0, -1).reduce(baselineAfter, new Map());
  return viewOf(baseline, readings.at(-1) ?? readings[0]);
}

describe("a frame", () => {
  test("has no rates at first, and what stands already", () => {
    const view = watched(reading(0, { ingest: ingest(10, 2), scorer: scorer(8, { lag: 3, lagSeconds: 1.5 }) }));
    expect(view.seconds).toBeUndefined();
    expect(view.fraud).toBeUndefined();
    expect(view.quality.invalid).toBeUndefined();
    expect(view.flows[0]).toMatchObject({ acceptedPerSecond: undefined, inFlight: 5, lagRecords: 3, lagSeconds: 1.5 });
  });

  test("has rates, latency and shares of the interval alone", () => {
    const view = watched(
      reading(0, { ingest: ingest(1_000, 50), scorer: scorer(900, { failed: 40, alerts: 30 }) }),
      reading(2_000, { ingest: ingest(1_200, 60), scorer: scorer(1_090, { failed: 50, alerts: 33 }) }),
    );
    expect(view.seconds).toBe(2);
    expect(view.flows[0]).toMatchObject({
      acceptedPerSecond: 100,
      refusedPerSecond: 5,
      receivedPerSecond: 100,
      scoredPerSecond: 95,
      p50Seconds: 0.1,
    });
    expect(view.flows[0]?.p99Seconds).toBeCloseTo(0.492, 6);
    expect(view.fraud).toEqual([{ rule: "velocity", perMinute: 90 }]);
    expect(view.quality).toEqual({
      invalid: { failed: 10, records: 200 },
      checks: [{ name: "invalid_user_id", since: 50, grown: 10 }],
      refusals: [{ name: "invalid_loan_amount", since: 60, grown: 10 }],
      deadLetters: [{ name: "ingest", since: 60, grown: 10 }],
    });
  });

  test("sums over scorers, each by its own interval, and takes the oldest of their lags", () => {
    const view = watched(
      reading(0, { scorer: scorer(0), "scorer-2": scorer(0) }),
      reading(1_000, {
        scorer: scorer(10, { lag: 4, lagSeconds: 2 }),
        "scorer-2": scorer(30, { lag: 6, lagSeconds: 9, partition: 1 }),
      }),
    );
    expect(view.flows[0]).toMatchObject({ scoredPerSecond: 40, inFlight: 10, lagRecords: 10, lagSeconds: 9 });
  });

  test("tells who is away, and leaves nothing out when that one is back", () => {
    const before = reading(0, { ingest: ingest(100, 0), scorer: scorer(100) });
    const away = reading(2_000, { ingest: ingest(120, 0), scorer: undefined });
    const back = reading(4_000, { ingest: ingest(140, 0), scorer: scorer(180) });
    const during = watched(before, away);
    expect(during.away).toEqual([{ name: "scorer", why: "gone" }]);
    expect(during.flows[0]).toMatchObject({ acceptedPerSecond: 10, scoredPerSecond: undefined, lagRecords: undefined });
    expect(watched(before, away, back).flows[0]).toMatchObject({ acceptedPerSecond: 10, scoredPerSecond: 20 });
  });

  test("counts a process that restarted from 0", () => {
    const view = watched(reading(0, { scorer: scorer(500) }), reading(1_000, { scorer: scorer(20) }));
    expect(view.flows[0]).toMatchObject({ scoredPerSecond: 20, p50Seconds: 0.1 });
  });

  test("has no refusals of a topic that nothing is sent to over HTTP", () => {
    const view = watched(reading(0, { ingest: ingest(1, 1) }), reading(1_000, { ingest: ingest(2, 2) }));
    expect(view.flows.map(({ topic, refusedPerSecond }) => [topic, refusedPerSecond])).toEqual([
      ["credit_applications", 1],
      ["transactions", undefined],
      ["dead_letters", undefined],
    ]);
  });
});
