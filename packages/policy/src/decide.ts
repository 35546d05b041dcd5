import type { ApprovalStatus, ReasonCode, ReasonDetail, RiskLevel } from "@scoreline/contracts";
import type { Facts, Policy } from "./policy.ts";

/** A decision of record. `fraudRules` holds the ids of all rules that held; `fraudReason` is the first one's wording. */
export type Decision = {
  isFraud: boolean;
  fraudRules: string[];
  fraudReason: string | undefined;
  riskLevel: RiskLevel;
  policyStatus: ApprovalStatus;
  approvalStatus: ApprovalStatus;
  reasons: ReasonCode[];
  reasonDetails: ReasonDetail[];
  features: Record<string, number>;
  policyVersion: string;
  exceptionId: string | undefined;
};

/**
 * Decides one application. Pure: the same facts and policy give the same decision on every machine and at every time.
 * Throws when a policy's risk or approval clauses do not end in one that always holds.
 */
export function decide(facts: Facts, policy: Policy): Decision {
  const held = policy.fraud.filter((rule) => rule.when(facts));
  const isFraud = held.length > 0;
  const band = policy.risk.find((clause) => clause.when?.(facts) ?? true);
  if (!band)
    throw new Error(`Policy ${policy.version}: no risk band holds; end the list with one without a condition.`);
  const derived = { isFraud, riskLevel: band.level };
  const clause = policy.approval.find((candidate) => candidate.when?.(facts, derived) ?? true);
  if (!clause)
    throw new Error(`Policy ${policy.version}: no approval clause holds; end the list with one without a condition.`);
  return {
    isFraud,
    fraudRules: held.map((rule) => rule.id),
    fraudReason: held[0]?.reason,
    riskLevel: band.level,
    policyStatus: clause.status,
    approvalStatus: clause.status,
    reasons: clause.reason ? [clause.reason] : [],
    reasonDetails: [],
    features: {},
    policyVersion: policy.version,
    exceptionId: undefined,
  };
}
