import { type CheckedPolicy, compileSql, Engine, type PolicyException } from "@scoreline/policy";
import {
  type RecomputedDecision,
  type RecordedDecision,
  recomputeEvents,
  recomputeRecorded,
} from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";
import { recordedWindows } from "./shown.ts";
import { changed, changedFeatures, missingFeatures } from "./verdict.ts";

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
  const missing = missingFeatures(policy.features, decision.features);
  if (missing.length > 0) return missing;
  const windows = recordedWindows(policy.features, decision.features);
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
    ...changedFeatures(decision.features, now.features),
    ...changed("is_fraud", decision.isFraud, now.is_fraud, "SQL decides"),
    ...changed("fraud_rules", decision.fraudRules, now.fraud_rules, "SQL decides"),
    ...changed("fraud_reason", decision.fraudReason, now.fraud_reason ?? undefined, "SQL decides"),
    ...changed("risk_level", decision.riskLevel, now.risk_level, "SQL decides"),
    ...changed("policy_status", decision.policyStatus, now.policy_status, "SQL decides"),
    ...reasons,
  ];
}
