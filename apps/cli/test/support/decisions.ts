import type { Application } from "@scoreline/contracts";
import type { ScoredRecord } from "@scoreline/stores/postgres";

/** An approved application `a-<offset>` of the user `u` as the scorer records it, at broker time 1,000 + offset. */
export function recorded(offset: bigint, application: Partial<Application> = {}): ScoredRecord {
  return {
    offset,
    tMs: 1_000 + Number(offset),
    application: {
      application_id: `a-${offset}`,
      user_id: "u",
      credit_score: 700,
      loan_amount_minor: 125_050,
      timestamp_ms: Date.parse("2026-01-31T09:30:00.125Z"),
      ...application,
    },
    decision: {
      isFraud: false,
      fraudRules: [],
      fraudReason: undefined,
      riskLevel: "Low",
      policyStatus: "Approved",
      approvalStatus: "Approved",
      reasons: [],
      reasonDetails: [],
      features: {},
      policyVersion: "consumer-loans@1",
      exceptionId: undefined,
    },
  };
}
