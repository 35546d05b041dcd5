import { checkTypes } from "@scoreline/contracts";
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

test("transactions are counted by whether they were flagged, and a rule by its alerts", async () => {
  const metrics = createMetrics("scorer");
  const observer = createObserver(metrics, createLogger("test", "silent"));
  const outcomes = [["a", "b"], [], ["b"]].map((fraudRules) => ({ fraudRules, policyVersion: "loans@1", tMs: nowMs }));
  const settlement = { next: 3n, maxTMs: nowMs, scored: outcomes, faulty: [] } as never;
  const drafts = outcomes.map(() => ({ kind: "candidate", flaws: ["text_value"] })) as never;
  observer.settled({ topic: "transactions", partition: 0 }, drafts, settlement, (scored) => scored as never);
  const { body } = await metrics.expose();
  expect(body).toContain('scoreline_transactions_scored_total{flagged="true",policy_version="loans@1",app="scorer"} 2');
  expect(body).toContain(
    'scoreline_transactions_scored_total{flagged="false",policy_version="loans@1",app="scorer"} 1',
  );
  expect(body).toContain('scoreline_fraud_alerts_total{rule="a",app="scorer"} 1');
  expect(body).toContain('scoreline_fraud_alerts_total{rule="b",app="scorer"} 2');
  expect(body).toContain('scoreline_scorer_forgiven_total{flaw="text_value",app="scorer"} 3');
});

test("with metrics off nothing is counted", async () => {
  const metrics = createMetrics("scorer", { off: true });
  const observer = createObserver(metrics, createLogger("test", "silent"));
  observer.received("credit_applications", 1);
  observer.settled({ topic: "credit_applications", partition: 0 }, [], {} as never, undefined as never);
  expect((await metrics.expose()).body).toBe("");
});

describe("from the start", () => {
  /** With one version in force: 7 series of each of three topics, 4 and two histograms of 16 of each scored one, … */
  const seriesMax = 3 * (7 + 3) + 2 * (4 + 16 + 16) + 4 * 16 + 100 + 25;

  async function series(yaml: string): Promise<string[]> {
    const metrics = createMetrics("scorer");
    const observer = createObserver(metrics, createLogger("test", "silent"));
    observer.policiesRead(new PolicySnapshot(read([version(yaml)]), new Compiler()));
    const { body } = await metrics.expose();
    return body.split("\n").filter((line) => /^[a-z]/.test(line));
  }

  test("every series that can be known is there with 0, and they are few", async () => {
    const lines = await series(shipped("default"));
    const expected = [
      ...checkTypes.map((check) => `data_quality_invalid_count{check="${check}"`),
      ...["postgres", "projections", "raw_transactions"].map(
        (sink) => `scoreline_scorer_sink_retries_total{sink="${sink}"`,
      ),
      ...["read", "decide", "commit", "project"].map(
        (step) => `scoreline_scorer_batch_duration_seconds_count{app="scorer",step="${step}"`,
      ),
      ...["credit_applications", "transactions"].map(
        (topic) => `scoreline_decision_latency_seconds_count{app="scorer",topic="${topic}"`,
      ),
      'scoreline_dead_letters_total{stage="scorer"',
      'scoreline_scorer_forgiven_total{flaw="misrouted_key"',
      'scoreline_scorer_records_settled_total{topic="dead_letters",outcome="skipped"',
      'scoreline_scorer_stopped_partitions{topic="transactions"',
      'scoreline_policy_read_failures_total{app="scorer"',
      'scoreline_fraud_alerts_total{rule="risky-transaction"',
      'scoreline_decisions_total{approval_status="Under Review",risk_level="High",policy_version="consumer-loans@1"',
      'scoreline_transactions_scored_total{flagged="true",policy_version="consumer-loans@1"',
    ];
    for (const start of expected) {
      expect(
        lines.filter((line) => line.startsWith(start) && line.endsWith(" 0")),
        start,
      ).toHaveLength(1);
    }
    expect(lines.length).toBeLessThanOrEqual(seriesMax);
  });

  test("a policy adds its rules, of both its blocks, and nothing else", async () => {
    const [few, more] = [await series(shipped("default")), await series(shipped("velocity"))];
    const added = more.filter((line) => !few.some((other) => other.split(" ")[0] === line.split(" ")[0]));
    expect(added.length).toBeGreaterThan(0);
    for (const line of added) expect(line).toMatch(/^scoreline_fraud_alerts_total\{rule=/);
  });
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
    expect(await waiting()).toBe("0");
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
