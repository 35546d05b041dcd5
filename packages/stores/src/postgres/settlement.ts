import type { Application, ApprovalStatus, Failure, ReasonDetail, RiskLevel } from "@scoreline/contracts";
import type { Database } from "./connect.ts";
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

/** A scored application: the event, its place, the broker's time `tMs`, and the decision. */
export type ScoredRecord = { offset: bigint; tMs: number; application: Application; decision: DecisionColumns };

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
export type Settlement = { next: bigint; maxTMs: number; scored: ScoredRecord[]; faulty: FaultyRecord[] };

/** Which of these application ids are recorded already. */
export async function recordedIds(sql: Database, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ application_id: string }[]>`
    select application_id from credit_scores where application_id = any(${ids})`;
  return new Set(rows.map((row) => row.application_id));
}
