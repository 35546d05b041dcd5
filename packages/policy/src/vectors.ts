import { type Application, formatMinorUnits } from "@scoreline/contracts";
import { type Decision, Engine } from "./engine/engine.ts";
import type { CheckedPolicy } from "./ir.ts";
import { Applications } from "./vectors/applications.ts";
import { byName, same } from "./vectors/compare.ts";
import { Random } from "./vectors/random.ts";
import { Streams } from "./vectors/stream.ts";
import { PartitionWindows } from "./windows/partitionWindows.ts";
import { WindowPlan } from "./windows/plan.ts";

/** An application where it was recorded: `tMs` is the broker's time, which never falls within a partition. */
export type PolicyEvent = { application: Application; topic: string; partition: number; offset: number; tMs: number };

/** A decision as the SQL engine gives it. A null where there should be a value differs from every decision. */
export type SqlDecision = {
  application_id: string;
  features: Record<string, number>;
  is_fraud: boolean | null;
  fraud_rules: string[];
  fraud_reason: string | null;
  risk_level: string | null;
  policy_status: string | null;
  reasons: string[];
  reason_literals: string[];
};

/**
 * Events that try a policy where it turns: values at, just below and above each threshold, attributes that are missing or
 * do not fit, ties, and events that leave a window just then. The same policy, seed and count give the same events.
 */
export function policyVectors(policy: CheckedPolicy, { seed, count }: { seed: number; count: number }): PolicyEvent[] {
  const random = new Random(seed);
  const next = eventMaker(policy, `vector-${seed}`);
  return Array.from({ length: count }, () => next(random));
}

/** Makes one event after the other; each follows from the random numbers that it is given and the events before it. */
export function eventMaker(policy: CheckedPolicy, idPrefix: string): (random: Random) => PolicyEvent {
  const streams = new Streams([...new Set(policy.features.map(({ windowMs }) => windowMs))]);
  const applications = new Applications(policy);
  let made = 0;
  return (random) => {
    const { user, ...place } = streams.next(random);
    made += 1;
    return { application: applications.next(`${idPrefix}-${made}`, user, place.tMs, random), ...place };
  };
}

/** The JavaScript engine's decisions on events, in their order; each partition's stand in (t, offset) order. */
export function decideAll(policy: CheckedPolicy, version: string, events: readonly PolicyEvent[]): Decision[] {
  const engine = new Engine(policy, version);
  const plan = new WindowPlan([policy]);
  const pick = plan.picker(policy);
  const partitions = new Map<string, PartitionWindows>();
  return events.map(({ application, topic, partition, tMs }) => {
    const key = `${partition} ${topic}`;
    const windows = partitions.get(key) ?? new PartitionWindows(plan);
    partitions.set(key, windows);
    return engine.decide(application, pick(windows.add(tMs, application)));
  });
}

/** An event as the SQL engine reads it, in scope: a row of the relation that `compileSql` is given. */
export function eventRow({ application, topic, partition, offset, tMs }: PolicyEvent) {
  const { application_id, user_id, credit_score, device_id, applicant, score, consent, attributes } = application;
  return {
    application_id,
    user_id,
    topic,
    partition,
    record_offset: offset,
    t_ms: tMs,
    credit_score,
    loan_amount: formatMinorUnits(application.loan_amount_minor),
    device_id,
    applicant_age: applicant?.age,
    applicant_region: applicant?.region,
    score_model: score?.model,
    consent_automated_decision: consent?.automated_decision,
    consent_analytics: consent?.analytics,
    attributes,
    in_scope: true,
  };
}

/** The names of the fields in which two decisions on one event differ. An exception is no part of either. */
export function differencesOf(javascript: Decision, sql: SqlDecision): string[] {
  const sides: Record<string, [unknown, unknown]> = {
    is_fraud: [javascript.isFraud, sql.is_fraud],
    fraud_rules: [javascript.fraudRules, sql.fraud_rules],
    fraud_reason: [javascript.fraudReason ?? null, sql.fraud_reason],
    risk_level: [javascript.riskLevel, sql.risk_level],
    policy_status: [javascript.policyStatus, sql.policy_status],
    reasons: [javascript.reasons, sql.reasons],
    reason_literals: [javascript.reasonLiterals, sql.reason_literals],
    features: [Object.entries(javascript.features).sort(byName), Object.entries(sql.features).sort(byName)],
  };
  return Object.keys(sides).filter((name) => !same(...(sides[name] as [unknown, unknown])));
}
