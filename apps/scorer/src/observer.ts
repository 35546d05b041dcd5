import type { Settlement } from "@scoreline/stores/postgres";
import type { Logger, Metrics } from "@scoreline/telemetry";
import { createLedger, type Ledger } from "./ledger.ts";
import type { PoliciesObserver } from "./policies.ts";
import type { Draft } from "./read.ts";

type Place = { topic: string; partition: number };

/** What the scorer tells of itself, as metrics and log lines. Counts follow the commit, so they agree with the tables. */
export type Observer = {
  received: Ledger["received"];
  returned: Ledger["returned"];
  settled(place: Place, drafts: readonly Draft[], settlement: Settlement): void;
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
  const alerts = metrics.counter("fraudAlerts");
  const latency = metrics.histogram("decisionLatency");
  return {
    received: ledger.received,
    returned: ledger.returned,
    settled: ({ topic }, drafts, { scored, faulty }) => {
      const duplicates = faulty.filter((record) => record.failures[0]?.check === "duplicate_application_id").length;
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
      for (const { tMs, decision } of scored) {
        for (const rule of decision.fraudRules) alerts.inc({ rule });
        latency.observe((nowMs - tMs) / 1000);
      }
      for (const { labels, count } of tallied(scored)) decisions.inc(labels, count);
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
function tallied(scored: Settlement["scored"]): Tally[] {
  const tallies: Tally[] = [];
  for (const { decision } of scored) {
    const { approvalStatus, riskLevel, policyVersion } = decision;
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
