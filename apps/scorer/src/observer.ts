import { approvalStatuses, checkTypes, riskLevels, topics } from "@scoreline/contracts";
import type { Settlement } from "@scoreline/stores/postgres";
import { type Logger, type Metrics, wordsOf } from "@scoreline/telemetry";
import { createLedger, type Ledger } from "./ledger.ts";
import type { PoliciesObserver } from "./policies.ts";
import type { ProjectionsObserver } from "./projections.ts";
import { type Draft, type Flaw, flaws, isRepeat } from "./read.ts";
import type { DecidingVersion } from "./snapshot.ts";
import type { Kind, Outcome, Subject } from "./subject.ts";

type Place = { topic: string; partition: number };

/** What is done with a batch, in order. `commit` and `project` take the waits for their sinks in. */
export const steps = ["read", "decide", "commit", "project"] as const;
export type Step = (typeof steps)[number];

/** The sinks that can keep a partition waiting, by the names that retries are counted under. */
export const sinks = ["postgres", "projections", "raw_transactions"] as const;

const scoredTopics = [topics.creditApplications.name, topics.transactions.name];
const sourceTopics = [...scoredTopics, topics.deadLetters.name];

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
  /** A batch was through a step. */
  took(step: Step, ms: number): void;
  retrying(place: Place, sink: string, error: unknown): void;
  /** A batch waits for a policy to decide by, and why; undefined when it does no longer. */
  waiting(place: Place, why: string | undefined): void;
  /** Windows are being made, and another part of their rows was read. */
  rebuilding(place: Place): void;
  /** Windows were made from this many committed rows. */
  rebuilt(place: Place, rows: number, ms: number): void;
};

/** An observer over the metric catalogue. Never logs a record's content. */
export function createObserver(metrics: Metrics, log: Logger): Observer & PoliciesObserver & ProjectionsObserver {
  const ledger = createLedger(metrics, sourceTopics);
  openSeries(metrics);
  const invalid = metrics.counter("dataQualityInvalid");
  const forgiven = metrics.counter("forgiven");
  const latency = metrics.histogram("decisionLatency");
  const duration = metrics.histogram("batchDuration");
  const tellOutcomes = outcomesObserver(metrics);
  return {
    received: ledger.received,
    returned: ledger.returned,
    settled: ({ topic }, drafts, { scored, faulty }, outcomeOf) => {
      if (metrics.off) return;
      const duplicates = faulty.filter(isRepeat).length;
      ledger.settled(topic, {
        scored: scored.length,
        duplicate: duplicates,
        failed: faulty.length - duplicates,
        skipped: drafts.length - scored.length - faulty.length,
      });
      for (const { failures } of faulty) for (const { check } of failures) invalid.inc({ check });
      for (const [flaw, count] of flawsOf(drafts)) forgiven.inc({ flaw }, count);
      if (scored.length === 0) return;
      const nowMs = Date.now();
      latency.observeAll(
        { topic },
        scored.map(({ tMs }) => (nowMs - tMs) / 1_000),
      );
      tellOutcomes(scored.map(outcomeOf));
    },
    took: (step, ms) => duration.observe({ step }, ms / 1_000),
    deadLettered: (count) => metrics.counter("deadLetters").inc({ stage: "scorer" }, count),
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

/** Has every series that can be known be there from the start; those of a policy version come when it is read. */
function openSeries(metrics: Metrics): void {
  metrics.zero("dataQualityInvalid", ...checkTypes.map((check) => ({ check })));
  metrics.zero("forgiven", ...flaws.map((flaw) => ({ flaw })));
  metrics.zero("batchDuration", ...steps.map((step) => ({ step })));
  metrics.zero("sinkRetries", ...sinks.map((sink) => ({ sink })));
  metrics.zero("deadLetters", { stage: "scorer" });
  metrics.zero("policyReadFailures", {});
  for (const topic of sourceTopics) {
    for (const key of ["assignedPartitions", "stoppedPartitions", "waitingPartitions"] as const) {
      metrics.zero(key, { topic });
    }
  }
  for (const topic of scoredTopics) {
    for (const key of ["windowUsers", "windowEvents", "windowBytes", "windowRowsRebuilt"] as const) {
      metrics.zero(key, { topic });
    }
    for (const key of ["decisionLatency", "windowRebuildDuration"] as const) metrics.zero(key, { topic });
  }
}

function flawsOf(drafts: readonly Draft<object>[]): Map<Flaw, number> {
  const counts = new Map<Flaw, number>();
  for (const draft of drafts) {
    if (draft.kind !== "candidate" || draft.flaws.length === 0) continue;
    for (const flaw of draft.flaws) counts.set(flaw, (counts.get(flaw) ?? 0) + 1);
  }
  return counts;
}

/** Counts what events were scored to: decisions, transactions flagged or not, and alerts by rule. */
function outcomesObserver(metrics: Metrics): (outcomes: readonly Outcome[]) => void {
  const decisions = metrics.counter("decisions");
  const transactions = metrics.counter("transactionsFlagged");
  const alerts = metrics.counter("fraudAlerts");
  return (outcomes) => {
    const rules = new Map<string, number>();
    for (const { fraudRules } of outcomes) {
      if (fraudRules.length === 0) continue;
      for (const rule of fraudRules) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    }
    for (const [rule, count] of rules) alerts.inc({ rule }, count);
    for (const { outcome, count } of tallied(outcomes)) {
      const { approvalStatus, riskLevel, policyVersion: policy_version } = outcome;
      if (approvalStatus === undefined || riskLevel === undefined) {
        transactions.inc({ flagged: String(isFlagged(outcome)), policy_version }, count);
      } else decisions.inc({ approval_status: approvalStatus, risk_level: riskLevel, policy_version }, count);
    }
  };
}

function isFlagged({ fraudRules }: Outcome): boolean {
  return fraudRules.length > 0;
}

type Tally = { outcome: Outcome; count: number };

/** A batch's outcomes, of which it has few: a counter takes longer to find its series than a decision takes. */
function tallied(outcomes: readonly Outcome[]): Tally[] {
  const tallies: Tally[] = [];
  for (const outcome of outcomes) {
    const known = tallies.find((tally) => isSame(tally.outcome, outcome));
    if (known) known.count += 1;
    else tallies.push({ outcome, count: 1 });
  }
  return tallies;
}

function isSame(one: Outcome, other: Outcome): boolean {
  return (
    one.approvalStatus === other.approvalStatus &&
    one.riskLevel === other.riskLevel &&
    one.policyVersion === other.policyVersion &&
    isFlagged(one) === isFlagged(other)
  );
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
    policiesRead: ({ decidesBeforeMs, refusals, deciding }) => {
      for (const version of deciding) openVersion(metrics, version);
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

/** Has the series of a version that decides, or will, be there before its first decision. */
function openVersion(metrics: Metrics, { version: policy_version, rules }: DecidingVersion): void {
  metrics.zero("fraudAlerts", ...rules.map((rule) => ({ rule })));
  metrics.zero("transactionsFlagged", ...["true", "false"].map((flagged) => ({ flagged, policy_version })));
  for (const approval_status of approvalStatuses) {
    metrics.zero("decisions", ...riskLevels.map((risk_level) => ({ approval_status, risk_level, policy_version })));
  }
}
