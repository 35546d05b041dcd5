import { defaultPolicy } from "@scoreline/policy";
import { createLogger, createMetrics } from "@scoreline/telemetry";
import { expect, test } from "vitest";
import { application, nowMs, record } from "../test/records.ts";
import { createObserver } from "./observer.ts";
import { applicationReader, type Draft } from "./read.ts";
import { settle } from "./settle.ts";

test("records, checks, decisions and alerts are counted as they were settled, and nothing twice", async () => {
  const metrics = createMetrics("scorer");
  const observer = createObserver(metrics, createLogger("test", "silent"));
  const read = applicationReader(() => 0);
  const values = [
    application("a"),
    application("a"),
    application("b", { credit_score: 1, loan_amount: 0 }),
    application("c", { credit_score: 400, loan_amount: 16_000, extra: 1 }),
  ];
  const drafts: Draft[] = values.map((value, offset) => read(record(offset, value), nowMs));
  drafts.push({ kind: "skipped", offset: 4n, tMs: nowMs });
  const topic = "credit_applications";
  observer.settled({ topic, partition: 0 }, drafts, settle(drafts, new Set(), defaultPolicy));
  const { body } = await metrics.expose();
  for (const [outcome, count] of Object.entries({ scored: 2, duplicate: 1, failed: 1, skipped: 1 })) {
    expect(body).toContain(
      `scoreline_scorer_records_settled_total{topic="${topic}",outcome="${outcome}",app="scorer"} ${count}`,
    );
  }
  expect(body).toContain('data_quality_invalid_count{check="invalid_credit_score",app="scorer"} 1');
  expect(body).toContain('data_quality_invalid_count{check="duplicate_application_id",app="scorer"} 1');
  expect(body).toContain('scoreline_fraud_alerts_total{rule="risky-transaction",app="scorer"} 1');
  expect(body).toContain('scoreline_scorer_forgiven_total{flaw="unknown_field",app="scorer"} 1');
  expect(body).toContain('scoreline_decision_latency_seconds_count{app="scorer"} 2');
});
