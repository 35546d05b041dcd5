import type { Application, ApprovalStatus, Failure, ReasonDetail, RiskLevel, Transaction } from "@scoreline/contracts";
import type { KeptRecord } from "./failedRecords.ts";

/** The columns of a decision in `credit_scores`. */
export type DecisionColumns = {
  isFraud: boolean;
  fraudRules: string[];
  fraudReason: string | undefined;
  riskLevel: RiskLevel;
  /** What the policy alone said; `approvalStatus` is the decision of record, an exception's where there is one. */
  policyStatus: ApprovalStatus;
  approvalStatus: ApprovalStatus;
  reasons: string[];
  reasonDetails: ReasonDetail[];
  /** By name, in major units. */
  features: Record<string, number>;
  policyVersion: string;
  exceptionId: string | undefined;
};

/** The columns of what was found in a card transaction, in `processed_transactions`. */
export type FindingColumns = {
  flagged: boolean;
  fraudRules: string[];
  fraudReason: string | undefined;
  /** By name, in major units. */
  features: Record<string, number>;
  policyVersion: string;
};

/** Where a scored event lies on its partition, and the broker's time `tMs` of it. */
export type Placed = { offset: bigint; tMs: number };

/** A scored application: the event, its place, and the decision. */
export type ScoredRecord = Placed & { application: Application; decision: DecisionColumns };

/** A scored card transaction: the event, its place, and what was found. */
export type ScoredTransaction = Placed & { transaction: Transaction; finding: FindingColumns };

/** A record that was not scored. `kept`: its bytes are stored and go to the dead letters (a duplicate's are not). */
export type FaultyRecord = {
  offset: bigint;
  tMs: number;
  recordId: string;
  stage: "ingest" | "scorer";
  failures: Failure[];
  kept: KeptRecord | undefined;
};

/** What one batch of a partition comes to: every offset in `[from, next)` is in one of the two lists, or was ours to skip. */
export type Settlement<Scored = ScoredRecord> = {
  next: bigint;
  maxTMs: number;
  scored: Scored[];
  faulty: FaultyRecord[];
};
