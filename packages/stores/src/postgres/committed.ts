import type { Application, Failure } from "@scoreline/contracts";
import type { Database } from "./connect.ts";
import { type KeptRow, keptOf } from "./failedRecords.ts";
import type { DecisionColumns, FaultyRecord, ScoredRecord } from "./settlement.ts";

/** What the projections read of a scored application. */
export type CommittedScore = Omit<ScoredRecord, "application" | "decision"> & {
  application: Pick<Application, "application_id" | "user_id" | "credit_score" | "loan_amount_minor">;
  decision: Omit<DecisionColumns, "policyStatus" | "reasonDetails" | "features" | "exceptionId">;
};

/** A range of a partition's committed rows, in offset order: what MongoDB and the output topics are projected from. */
export type Committed = { scored: CommittedScore[]; faulty: FaultyRecord[] };

type Place = { topic: string; partition: number };

/** Reads back what was committed for the offsets `[from, to)` of a partition. */
export async function readCommitted(sql: Database, place: Place, from: bigint, to: bigint): Promise<Committed> {
  const [scored, faulty] = await Promise.all([readScored(sql, place, from, to), readFaulty(sql, place, from, to)]);
  return { scored, faulty };
}

type ScoreRow = {
  record_offset: bigint;
  t_ms: bigint;
  application_id: string;
  user_id: string;
  credit_score: number;
  loan_amount_minor: bigint;
  is_fraud: boolean;
  fraud_rules: string[];
  fraud_reason: string | null;
  risk_level: DecisionColumns["riskLevel"];
  approval_status: DecisionColumns["approvalStatus"];
  reasons: string[];
  policy_version: string;
};

async function readScored(
  sql: Database,
  { topic, partition }: Place,
  from: bigint,
  to: bigint,
): Promise<CommittedScore[]> {
  const rows = await sql<ScoreRow[]>`
    select record_offset, t_ms, application_id, user_id, credit_score, (loan_amount * 100)::bigint as loan_amount_minor,
      is_fraud, fraud_rules, fraud_reason, risk_level, approval_status, reasons, policy_version
    from credit_scores
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
    order by record_offset`;
  return rows.map((row) => ({
    offset: row.record_offset,
    tMs: Number(row.t_ms),
    application: {
      application_id: row.application_id,
      user_id: row.user_id,
      credit_score: row.credit_score,
      loan_amount_minor: Number(row.loan_amount_minor),
    },
    decision: {
      isFraud: row.is_fraud,
      fraudRules: row.fraud_rules,
      fraudReason: row.fraud_reason ?? undefined,
      riskLevel: row.risk_level,
      approvalStatus: row.approval_status,
      reasons: row.reasons,
      policyVersion: row.policy_version,
    },
  }));
}

type FaultyRow = KeptRow & {
  record_offset: bigint;
  t_ms: bigint;
  failed_record_id: string;
  stage: FaultyRecord["stage"];
  failures: Failure[];
};

async function readFaulty(
  sql: Database,
  { topic, partition }: Place,
  from: bigint,
  to: bigint,
): Promise<FaultyRecord[]> {
  const rows = await sql<FaultyRow[]>`
    select failed.record_offset, failed.t_ms, failed.record_key, failed.record_value, failed.record_headers,
      failed.attempt, coalesce(failed.first_t_ms, failed.t_ms) as first_t_ms, failed.scorer_version,
      min(issue.failed_record_id) as failed_record_id, min(issue.stage) as stage,
      json_agg(
        json_build_object('pointer', issue.field, 'check', issue.check_type, 'detail', issue.reason)
        order by issue.issue_number
      ) as failures
    from failed_records as failed
    inner join data_quality_issues as issue using (topic, partition, record_offset)
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
    group by failed.topic, failed.partition, failed.record_offset
    order by failed.record_offset`;
  return rows.map((row) => ({
    offset: row.record_offset,
    tMs: Number(row.t_ms),
    recordId: row.failed_record_id,
    stage: row.stage,
    failures: row.failures,
    kept: keptOf(row),
  }));
}
