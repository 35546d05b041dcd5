import {
  type ApprovalStatus,
  type Counterfactual,
  type PlainValue,
  type ReasonCode,
  type ReasonDetail,
  type RiskLevel,
  reasons,
} from "@scoreline/contracts";
import type { RecordedDecision } from "@scoreline/stores/decisions";

/** A decision as a client reads it. Nothing internal is in it: no fraud rule, no fraud reason, no internal reason. */
export type DecisionAnswer = {
  application_id: string;
  /** `topic/partition/offset` of the application: the place that it can be replayed from. */
  decision_id: string;
  status: ApprovalStatus;
  /** What the policy alone said; another than `status` where an exception was in force. */
  policy_status: ApprovalStatus;
  risk_level: RiskLevel;
  is_fraud: boolean;
  /** The most important first. */
  reasons: Reason[];
  policy_version: string;
  /** The windows and the scorecard's total that the policy saw, by name, in major units. */
  features: Record<string, number>;
  /** The broker's time of the application. */
  received_at: string;
  /** How a person ended it, once one did. */
  review?: { status: ApprovalStatus; reviewed_at: string };
};

/** A reason as a customer may read it, with the tests that it rests on. */
export type Reason = { code: ReasonCode; wording: string; tests: Test[] };

/** One test that decided. `counterfactual`: the least change of inputs after which it comes out the other way. */
export type Test = {
  test: string;
  values: Record<string, PlainValue>;
  threshold: PlainValue;
  points_lost?: number;
  counterfactual?: Counterfactual;
  key_factors?: string[];
};

export function answerOf(recorded: RecordedDecision): DecisionAnswer {
  const { application, topic, partition, offset, tMs, decision, review } = recorded;
  return {
    application_id: application.application_id,
    decision_id: `${topic}/${partition}/${offset}`,
    status: decision.approvalStatus,
    policy_status: decision.policyStatus,
    risk_level: decision.riskLevel,
    is_fraud: decision.isFraud,
    reasons: decision.reasons.flatMap((code) => reasonOf(code, decision.reasonDetails, decision.features)),
    policy_version: decision.policyVersion,
    features: decision.features,
    received_at: new Date(tMs).toISOString(),
    ...(review ? { review: { status: review.status, reviewed_at: review.reviewedAt.toISOString() } } : {}),
  };
}

/** One or none: a code that is internal, or that this version does not know, has no wording and is not told. */
function reasonOf(code: string, details: readonly ReasonDetail[], features: Record<string, number>): Reason[] {
  const wording = Object.hasOwn(reasons, code) ? reasons[code as ReasonCode].wording : undefined;
  if (wording === undefined) return [];
  const tests = details.filter((detail) => detail.code === code && !restsOn(detail, features)).map(testOf);
  return [{ code: code as ReasonCode, wording, tests }];
}

/** A test on a window has no details for clients: its threshold would tell a fraudster how fast is too fast. */
function restsOn({ values, counterfactual }: ReasonDetail, features: Record<string, number>): boolean {
  const changed = counterfactual?.changes.map(({ input }) => input) ?? [];
  return [...Object.keys(values), ...changed].some((name) => Object.hasOwn(features, name));
}

function testOf({ test, values, threshold, pointsLost, counterfactual, keyFactors }: ReasonDetail): Test {
  return {
    test,
    values,
    threshold,
    ...(pointsLost === undefined ? {} : { points_lost: pointsLost }),
    ...(counterfactual ? { counterfactual } : {}),
    ...(keyFactors ? { key_factors: keyFactors } : {}),
  };
}
