import type { Application, ApprovalStatus, ReasonCode, RiskLevel } from "@scoreline/contracts";

/** What the clauses of a policy read: a canonical application, and nothing else (no clock, no network). */
export type Facts = Readonly<Application>;

/** What the approval clauses read besides the facts. */
export type Derived = { readonly isFraud: boolean; readonly riskLevel: RiskLevel };

/** A fraud rule: every one that holds is recorded by its id; the first one's reason goes on the alert. */
export type FraudRule = { readonly id: string; readonly when: (facts: Facts) => boolean; readonly reason: string };

/** A risk band. The first that holds decides; the last has no condition. */
export type RiskBand = { readonly level: RiskLevel; readonly when?: (facts: Facts) => boolean };

/** An approval clause. The first that holds decides; the last has no condition. An approval needs no reason. */
export type ApprovalClause = {
  readonly status: ApprovalStatus;
  readonly when?: (facts: Facts, derived: Derived) => boolean;
  readonly reason?: ReasonCode;
};

export type Policy = {
  readonly version: string;
  readonly fraud: readonly FraudRule[];
  readonly risk: readonly RiskBand[];
  readonly approval: readonly ApprovalClause[];
};

const fraudAmountMinor = 1_500_000;
const fraudScore = 450;
const instantApprovalAmountMinorMax = 1_500_000;

/**
 * The lender's own business rules, without windows: fraud when an amount above 15,000 meets a score below 450; risk Low
 * from 700, Medium from 500, else High; approval at once from a score of 600 and up to 15,000.
 */
export const defaultPolicy: Policy = {
  version: "consumer-loans@1",
  fraud: [
    {
      id: "risky-transaction",
      when: (facts) => facts.loan_amount_minor > fraudAmountMinor && facts.credit_score < fraudScore,
      reason: "Risky transaction",
    },
  ],
  risk: [
    { level: "Low", when: (facts) => facts.credit_score >= 700 },
    { level: "Medium", when: (facts) => facts.credit_score >= 500 },
    { level: "High" },
  ],
  approval: [
    { status: "Rejected", when: (_, { isFraud }) => isFraud, reason: "SUSPECTED_FRAUD" },
    { status: "Rejected", when: (_, { riskLevel }) => riskLevel === "High", reason: "CREDIT_SCORE_TOO_LOW" },
    {
      status: "Approved",
      when: (facts) => facts.credit_score >= 600 && facts.loan_amount_minor <= instantApprovalAmountMinorMax,
    },
    { status: "Under Review", reason: "MANUAL_REVIEW_REQUIRED" },
  ],
};
