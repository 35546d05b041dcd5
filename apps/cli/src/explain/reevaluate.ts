import { isDeepStrictEqual } from "node:util";
import { type CheckedPolicy, compileSql, Engine, type PolicyException } from "@scoreline/policy";
import {
  type DecisionColumns,
  type RecomputedDecision,
  type RecordedDecision,
  recomputeEvents,
  recomputeRecorded,
} from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";

/** The windows of a decision as recorded, scaled, in the policy's order; NaN where one is not recorded. */
export function recordedWindows(policy: CheckedPolicy, { features }: DecisionColumns): number[] {
  return policy.features.map(({ name, type }) => Math.round((features[name] ?? Number.NaN) * 10 ** type.scale));
}

/**
 * Decides a recorded application again: by the stream's engine from the recorded event and windows, and by SQL from the
 * recorded events alone. Gives what comes out otherwise than it was recorded, a sentence each.
 */
export async function reevaluate(
  { sql }: Connections,
  policy: CheckedPolicy,
  recorded: RecordedDecision,
  exception: PolicyException | undefined,
): Promise<string[]> {
  const windowMs = Math.max(0, ...policy.features.map((feature) => feature.windowMs));
  const fromRows = await recomputeRecorded(sql, compileSql(policy, recomputeEvents), recorded, windowMs);
  if (!fromRows) return ["its row is gone"];
  return [...streamChanges(policy, recorded, exception), ...rowChanges(recorded, fromRows)];
}

function streamChanges(policy: CheckedPolicy, recorded: RecordedDecision, exception: PolicyException | undefined) {
  const { application, decision } = recorded;
  const windows = recordedWindows(policy, decision);
  const missing = policy.features.filter((_, index) => Number.isNaN(windows[index])).map(({ name }) => name);
  if (missing.length > 0) return missing.map((name) => `${name} is not recorded`);
  const engine = new Engine(policy, decision.policyVersion);
  const now = engine.decide(application, windows, exception);
  const details = engine.explain(application, windows, now);
  return [
    ...changed("is_fraud", decision.isFraud, now.isFraud),
    ...changed("fraud_rules", decision.fraudRules, now.fraudRules),
    ...changed("fraud_reason", decision.fraudReason, now.fraudReason),
    ...changed("risk_level", decision.riskLevel, now.riskLevel),
    ...changed("policy_status", decision.policyStatus, now.policyStatus),
    ...changed("approval_status", decision.approvalStatus, now.approvalStatus),
    ...changed("reasons", decision.reasons, now.reasons),
    ...changed("reason_details", decision.reasonDetails, details),
    ...changed("features", decision.features, now.features),
  ];
}

function rowChanges({ decision }: RecordedDecision, now: RecomputedDecision): string[] {
  const names = new Set([...Object.keys(decision.features), ...Object.keys(now.features)]);
  const features = [...names].flatMap((name) =>
    changed(name, decision.features[name], now.features[name], "the recorded rows give"),
  );
  // An exception's reasons are its own; the policy's are not recorded then.
  const literals = decision.reasonDetails.map(({ literal }) => literal);
  const reasons =
    decision.exceptionId === undefined
      ? [
          ...changed("reasons", decision.reasons, now.reasons, "SQL decides"),
          ...changed("reason_literals", literals, now.reason_literals, "SQL decides"),
        ]
      : [];
  return [
    ...features,
    ...changed("is_fraud", decision.isFraud, now.is_fraud, "SQL decides"),
    ...changed("fraud_rules", decision.fraudRules, now.fraud_rules, "SQL decides"),
    ...changed("fraud_reason", decision.fraudReason, now.fraud_reason ?? undefined, "SQL decides"),
    ...changed("risk_level", decision.riskLevel, now.risk_level, "SQL decides"),
    ...changed("policy_status", decision.policyStatus, now.policy_status, "SQL decides"),
    ...reasons,
  ];
}

function changed(name: string, recorded: unknown, now: unknown, how = "it comes out as"): string[] {
  if (isDeepStrictEqual(recorded, now)) return [];
  return [`${name} is recorded as ${JSON.stringify(recorded) ?? "none"}; ${how} ${JSON.stringify(now) ?? "none"}`];
}
