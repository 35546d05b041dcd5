import type { Application, ApprovalStatus, Failure, RiskLevel } from "@scoreline/contracts";
import { formatMinorUnits } from "@scoreline/contracts";
import type { Database } from "./connect.ts";
import { type CopyValue, copyInto } from "./copy.ts";
import { advance, type HeldPartition } from "./streamOffsets.ts";

/** The columns of a decision in `credit_scores`. */
export type DecisionColumns = {
  isFraud: boolean;
  fraudRules: string[];
  fraudReason: string | undefined;
  riskLevel: RiskLevel;
  approvalStatus: ApprovalStatus;
  reasons: string[];
  policyVersion: string;
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
  kept: { key: Buffer | null; value: Buffer | null } | undefined;
};

/** What one batch of a partition comes to: every offset in `[from, next)` is in one of the two lists, or was ours to skip. */
export type Settlement = { next: bigint; maxTMs: number; scored: ScoredRecord[]; faulty: FaultyRecord[] };

const scoreColumns = [
  "application_id",
  "user_id",
  "credit_score",
  "loan_amount",
  "submitted_at",
  "applicant_name",
  "applicant_age",
  "applicant_gender",
  "applicant_region",
  "device_id",
  "score_model",
  "score_date",
  "score_key_factors",
  "attributes",
  "consent_automated_decision",
  "consent_analytics",
  "topic",
  "partition",
  "record_offset",
  "t_ms",
  "is_fraud",
  "fraud_rules",
  "fraud_reason",
  "risk_level",
  "approval_status",
  "reasons",
  "policy_version",
] as const;

const issueColumns = [
  "topic",
  "partition",
  "record_offset",
  "issue_number",
  "check_type",
  "failed_record_id",
  "field",
  "reason",
  "stage",
  "t_ms",
] as const;

const failedColumns = ["topic", "partition", "record_offset", "t_ms", "record_key", "record_value"] as const;

/**
 * Commits a settlement in one transaction that starts with the fence. Throws `Fenced`, or Postgres' own error (a unique
 * violation when an application_id came in elsewhere meanwhile); then nothing of it is written.
 */
export async function commitSettlement(sql: Database, held: HeldPartition, settlement: Settlement): Promise<void> {
  await sql.begin(async (tx) => {
    await advance(tx, held, { offset: settlement.next, maxTMs: settlement.maxTMs });
    const { topic, partition } = held;
    await copyInto(
      tx,
      "credit_scores",
      scoreColumns,
      settlement.scored.map((record) => scoreRow(held, record)),
    );
    const kept = settlement.faulty.flatMap(({ offset, tMs, kept }) =>
      kept ? [[topic, partition, offset, tMs, kept.key, kept.value]] : [],
    );
    await copyInto(tx, "failed_records", failedColumns, kept);
    const issues = settlement.faulty.flatMap(({ offset, tMs, recordId, stage, failures }) =>
      failures.map((failure, number) => [
        topic,
        partition,
        offset,
        number,
        failure.check,
        recordId,
        failure.pointer,
        failure.detail,
        stage,
        tMs,
      ]),
    );
    await copyInto(tx, "data_quality_issues", issueColumns, issues);
  });
}

function scoreRow(held: HeldPartition, { offset, tMs, application, decision }: ScoredRecord): CopyValue[] {
  const { applicant, score, consent } = application;
  return [
    application.application_id,
    application.user_id,
    application.credit_score,
    formatMinorUnits(application.loan_amount_minor),
    new Date(application.timestamp_ms),
    applicant?.name,
    applicant?.age,
    applicant?.gender,
    applicant?.region,
    application.device_id,
    score?.model,
    score?.date,
    score?.key_factors,
    application.attributes,
    consent?.automated_decision,
    consent?.analytics,
    held.topic,
    held.partition,
    offset,
    tMs,
    decision.isFraud,
    decision.fraudRules,
    decision.fraudReason,
    decision.riskLevel,
    decision.approvalStatus,
    decision.reasons,
    decision.policyVersion,
  ];
}

/** Which of these application ids are recorded already. */
export async function recordedIds(sql: Database, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ application_id: string }[]>`
    select application_id from credit_scores where application_id = any(${ids})`;
  return new Set(rows.map((row) => row.application_id));
}
