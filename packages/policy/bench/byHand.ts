import type { ApprovalStatus, ReasonCode, RiskLevel } from "@scoreline/contracts";
import type { Decision } from "../src/engine/engine.ts";
import type { ApplicationFacts } from "../src/inputs.ts";

const approvalCentsMax = 1_500_000;

/** The default policy as a plain function: what the engine is measured against. */
export function decideByHand({ credit_score, loan_amount_minor }: ApplicationFacts): Decision {
  const isFraud = loan_amount_minor > approvalCentsMax && credit_score < 450;
  const riskLevel: RiskLevel = credit_score >= 700 ? "Low" : credit_score >= 500 ? "Medium" : "High";
  let status: ApprovalStatus = "Under Review";
  let reasons: ReasonCode[] = [];
  let reasonLiterals: string[] = [];
  if (isFraud) {
    status = "Rejected";
    reasons = ["SUSPECTED_FRAUD"];
    reasonLiterals = ["fraud/1", "fraud/2"];
  } else if (riskLevel === "High") {
    status = "Rejected";
    reasons = ["CREDIT_SCORE_TOO_LOW"];
    reasonLiterals = ["high-risk/1"];
  } else if (credit_score >= 600 && loan_amount_minor <= approvalCentsMax) {
    status = "Approved";
  } else {
    reasons = ["MANUAL_REVIEW_REQUIRED"];
    if (credit_score < 600) reasonLiterals.push("review/1");
    if (loan_amount_minor > approvalCentsMax) reasonLiterals.push("review/2");
  }
  return {
    isFraud,
    fraudRules: isFraud ? ["risky-transaction"] : [],
    fraudReason: isFraud ? "Risky transaction" : undefined,
    riskLevel,
    policyStatus: status,
    approvalStatus: status,
    reasons,
    reasonLiterals,
    features: {},
    policyVersion: "consumer-loans@1",
    exceptionId: undefined,
  };
}
