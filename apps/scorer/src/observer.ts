import type { Settlement } from "@scoreline/stores/postgres";
import type { Logger, Metrics } from "@scoreline/telemetry";
import { createLedger, type Ledger } from "./ledger.ts";
import type { PoliciesObserver } from "./policies.ts";
import type { Draft } from "./read.ts";
import type { Kind, Outcome, Subject } from "./subject.ts";

type Place = { topic: string; partition: number };

/** What the scorer tells of itself, as metrics and log lines. Counts follow the commit, so they agree with the tables. */
export type Observer = {
  received: Ledger["received"];
  returned: Ledger["returned"];
  settled<K extends Kind>(
    place: Place,
    drafts: readonly Draft<K["event"]>[],
    settlement: Settlement<K["scored"]>,
    outcomeOf: Subject<K>["outcomeOf"],
  ): void;
  retrying(place: Place, sink: string, error: unknown): void;
  /** A batch waits for a policy to decide by, and why; undefined when it does no longer. */
  waiting(place: Place, why: string | undefined): void;
  /** Windows are being made, and another part of their rows was read. */
  rebuilding(place: Place): void;
  /** Windows were made from this many committed rows. */
  rebuilt(place: Place, rows: number, ms: number): void;
};

/** An observer over the metric catalogue. Never logs a record's content. */
export function createObserver(metrics: Metrics, log: Logger): Observer & PoliciesObserver {
  const ledger = createLedger(metrics);
  const invalid = metrics.counter("dataQualityInvalid");
  const forgiven = metrics.counter("forgiven");
  const decisions = metrics.counter("decisions");
  const transactions = metrics.counter("transactionsFlagged");
  const alerts = metrics.counter("fraudAlerts");
  const latency = metrics.histogram("decisionLatency");
  return {
    received: ledger.received,
    returned: ledger.returned,
    settled: ({ topic }, drafts, { scored, faulty }, outcomeOf) => {
      const duplicates = faulty.filter((record) => record.failures[0]?.check.startsWith("duplicate_")).length;
      ledger.settled(topic, {
        scored: scored.length,
        duplicate: duplicates,
        failed: faulty.length - duplicates,
        skipped: drafts.length - scored.length - faulty.length,
      });
      for (const { failures } of faulty) for (const { check } of failures) invalid.inc({ check });
      for (const draft of drafts)
        if (draft.kind === "candidate") for (const flaw of draft.flaws) forgiven.inc({ flaw });
      const nowMs = Date.now();
      const outcomes = scored.map(outcomeOf);
      for (const { fraudRules } of outcomes) for (const rule of fraudRules) alerts.inc({ rule });
      for (const { tMs } of scored) latency.observe({ topic }, (nowMs - tMs) / 1000);
      for (const { labels, count } of tallied(outcomes)) decisions.inc(labels, count);
      for (const { approvalStatus, fraudRules, policyVersion } of outcomes) {
        if (approvalStatus !== undefined) continue;
        transactions.inc({ flagged: String(fraudRules.length > 0), policy_version: policyVersion });
      }
    },
    retrying: ({ topic, partition }, sink, error) => {
      metrics.counter("sinkRetries").inc({ sink });
      log.warn({ topic, partition, sink, error: wordsOf(error) }, "a sink does not answer; trying again");
    },
    waiting: waitingObserver(metrics, log),
    rebuilding: () => {},
    rebuilt: ({ topic, partition }, rows, ms) => {
      metrics.counter("windowRowsRebuilt").inc({ topic }, rows);
      metrics.histogram("windowRebuildDuration").observe({ topic }, ms / 1_000);
      log.info({ topic, partition, rows, ms: Math.round(ms) }, "windows made from committed rows");
    },
    ...policiesObserver(metrics, log),
  };
}

type Tally = { labels: { approval_status: string; risk_level: string; policy_version: string }; count: number };

/** A batch's decisions by outcome, of which it has few: a counter takes longer to find its series than a decision takes. */
function tallied(outcomes: readonly Outcome[]): Tally[] {
  const tallies: Tally[] = [];
  for (const { approvalStatus, riskLevel, policyVersion } of outcomes) {
    if (approvalStatus === undefined || riskLevel === undefined) continue;
    const known = tallies.find(
      ({ labels }) =>
        labels.approval_status === approvalStatus &&
        labels.risk_level === riskLevel &&
        labels.policy_version === policyVersion,
    );
    if (known) known.count += 1;
    else {
      const labels = { approval_status: approvalStatus, risk_level: riskLevel, policy_version: policyVersion };
      tallies.push({ labels, count: 1 });
    }
  }
  return tallies;
}

function waitingObserver(metrics: Metrics, log: Logger): Observer["waiting"] {
  const waiting = new Map<string, Place>();
  return ({ topic, partition }, why) => {
    const key = `${topic}/${partition}`;
    if (why === undefined && !waiting.delete(key)) return;
    if (why === undefined) log.info({ topic, partition }, "the partition goes on");
    else {
      waiting.set(key, { topic, partition });
      log.warn({ topic, partition, why }, "the partition waits for a policy to decide by");
    }
    const count = [...waiting.values()].filter((place) => place.topic === topic).length;
    metrics.gauge("waitingPartitions").set({ topic }, count);
  };
}

function policiesObserver(metrics: Metrics, log: Logger): PoliciesObserver {
  let told = new Set<string>();
  return {
    policiesRead: ({ decidesBeforeMs, refusals }) => {
      metrics.gauge("policyLeaseEnd").set(decidesBeforeMs / 1_000);
      metrics.gauge("policyVersionsRefused").set(refusals.length);
      for (const refusal of refusals) if (!told.has(refusal)) log.error({ refusal }, "a policy version cannot decide");
      told = new Set(refusals);
    },
    policiesUnread: (error) => {
      metrics.counter("policyReadFailures").inc();
      log.warn({ error: wordsOf(error) }, "the policy catalogue cannot be read; trying again");
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
