import { createLogger, createMetrics } from "@scoreline/telemetry";
import { describe, expect, test } from "vitest";
import { read, scoreBy, shipped, version } from "../test/policies.ts";
import { application, nowMs, record } from "../test/records.ts";
import { type ApplicationKind, applications } from "./applications.ts";
import { createObserver } from "./observer.ts";
import { applicationReader, type Draft } from "./read.ts";
import { settle } from "./settle.ts";
import { Compiler, PolicySnapshot } from "./snapshot.ts";

test("records, checks, decisions and alerts are counted as they were settled, and nothing twice", async () => {
  const metrics = createMetrics("scorer");
  const observer = createObserver(metrics, createLogger("test", "silent"));
  const readRecord = applicationReader(() => 0, "0.1.0");
  const values = [
    application("a"),
    application("a"),
    application("b", { credit_score: 1, loan_amount: 0 }),
    application("c", { credit_score: 400, loan_amount: 16_000, extra: 1 }),
  ];
  const drafts: Draft[] = values.map((value, offset) => readRecord(record(offset, value), nowMs));
  drafts.push({ kind: "skipped", offset: 4n, tMs: nowMs });
  const topic = "credit_applications";
  const settlement = settle<ApplicationKind>(drafts, new Set(), scoreBy(), "application_id");
  observer.settled<ApplicationKind>({ topic, partition: 0 }, drafts, settlement, applications.outcomeOf);
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
  expect(body).toContain(`scoreline_decision_latency_seconds_count{app="scorer",topic="${topic}"} 2`);
});

describe("what the policies say", () => {
  const place = { topic: "credit_applications", partition: 0 };
  const newObserver = () => {
    const metrics = createMetrics("scorer");
    const observer = createObserver(metrics, createLogger("test", "silent"));
    return {
      observer,
      line: async (name: string) => (await metrics.expose()).body.match(new RegExp(`^${name}[{ ].*$`, "m"))?.[0],
    };
  };

  test("a partition that waits is counted once, until it goes on", async () => {
    const { observer, line } = newObserver();
    const waiting = () => line("scoreline_scorer_waiting_partitions").then((text) => text?.split(" ").at(-1));
    observer.waiting(place, undefined);
    expect(await waiting()).toBeUndefined();
    for (const why of ["one", "another"]) observer.waiting(place, why);
    observer.waiting({ ...place, partition: 1 }, "one");
    expect(await waiting()).toBe("2");
    for (let time = 0; time < 2; time += 1) observer.waiting(place, undefined);
    expect(await waiting()).toBe("1");
    observer.waiting({ ...place, partition: 1 }, undefined);
    expect(await waiting()).toBe("0");
  });

  test("the end of the lease, the versions that cannot decide and the reads that failed are told", async () => {
    const { observer, line } = newObserver();
    const broken = version("policy: x", { number: 2, effectiveFromMs: nowMs + 1 });
    const catalogue = { ...read([version(shipped("default")), broken]), readAtMs: nowMs };
    observer.policiesRead(new PolicySnapshot(catalogue, new Compiler()));
    observer.policiesUnread(new Error("away"));
    expect(await line("scoreline_policy_lease_end_timestamp_seconds")).toMatch(new RegExp(` ${nowMs / 1000 + 30}$`));
    expect(await line("scoreline_policy_versions_refused")).toMatch(/ 1$/);
    expect(await line("scoreline_policy_read_failures_total")).toMatch(/ 1$/);
    observer.rebuilt(place, 700, 250);
    expect(await line("scoreline_scorer_window_rows_rebuilt_total")).toMatch(/ 700$/);
    expect(await line("scoreline_scorer_window_rebuild_duration_seconds_sum")).toMatch(/ 0.25$/);
  });
});
