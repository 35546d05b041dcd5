import type { CommittedScore } from "./committed.ts";
import type { Database } from "./connect.ts";
import type { CopyWriter } from "./copyWriter.ts";
import type { EventTable, Range } from "./eventTable.ts";
import type { DecisionColumns, ScoredRecord } from "./settlement.ts";
import { copyInto, faultyCopies, inLockOrder, type Place, placed } from "./settlementRows.ts";
import { applicationWindows } from "./windowRows.ts";

/** Applications and the decisions on them: the table `credit_scores`. */
export const applicationEvents: EventTable<ScoredRecord, CommittedScore> = {
  copies: (place, { scored, faulty }) => [
    ...copyInto(
      "credit_scores",
      scoreColumns,
      inLockOrder(scored, ({ application }) => application.application_id),
      (row, out) => scoreRow(place, row, out),
    ),
    ...faultyCopies(place, faulty),
  ],
  recordedIds: async (sql, ids) => {
    if (ids.length === 0) return new Set();
    const rows = await sql<{ application_id: string }[]>`
      select application_id from credit_scores where application_id = any(${ids})`;
    return new Set(rows.map((row) => row.application_id));
  },
  readScored,
  windows: applicationWindows,
};

const scoreColumns = `topic, partition, record_offset, t_ms, application_id, user_id, credit_score, loan_amount, submitted_at,
  applicant_name, applicant_age, applicant_gender, applicant_region, device_id, score_model, score_date, score_key_factors,
  attributes, consent_automated_decision, consent_analytics, is_fraud, fraud_rules, fraud_reason, risk_level, policy_status,
  approval_status, reasons, reason_details, features, policy_version, exception_id`;

function scoreRow(place: Place, { offset, tMs, application, decision }: ScoredRecord, out: CopyWriter): void {
  const { applicant, score, consent } = application;
  placed(place, offset, tMs, out)
    .text(application.application_id)
    .text(application.user_id)
    .integer(application.credit_score)
    .minorUnits(application.loan_amount_minor)
    .time(application.timestamp_ms)
    .text(applicant?.name)
    .integer(applicant?.age)
    .text(applicant?.gender)
    .text(applicant?.region)
    .text(application.device_id)
    .text(score?.model)
    .text(score?.date)
    .array(score?.key_factors)
    .json(application.attributes)
    .flag(consent?.automated_decision)
    .flag(consent?.analytics)
    .flag(decision.isFraud)
    .array(decision.fraudRules)
    .text(decision.fraudReason)
    .raw(decision.riskLevel)
    .raw(decision.policyStatus)
    .raw(decision.approvalStatus)
    .array(decision.reasons)
    .json(decision.reasonDetails)
    .json(decision.features)
    .text(decision.policyVersion)
    .text(decision.exceptionId)
    .endRow();
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

async function readScored(sql: Database, { topic, partition }: Place, { from, to }: Range): Promise<CommittedScore[]> {
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
