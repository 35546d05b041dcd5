import type { Copy } from "./copyTransaction.ts";
import { CopyWriter } from "./copyWriter.ts";
import { headerBytes, type KeptRecord } from "./failedRecords.ts";
import type { FaultyRecord, ScoredRecord, Settlement } from "./settlement.ts";

type Place = { topic: string; partition: number };

/** The COPYs of a settlement; a table that gets no row has none. */
export function settlementCopies(place: Place, { scored, faulty }: Settlement): Copy[] {
  const kept = faulty.filter((record) => record.kept);
  return [
    ...copyInto("credit_scores", scoreColumns, inLockOrder(scored), (row, out) => scoreRow(place, row, out)),
    ...copyInto("failed_records", failedColumns, kept, (row, out) => failedRow(place, row, out)),
    ...copyInto("data_quality_issues", issueColumns, faulty, (row, out) => issueRows(place, row, out)),
  ];
}

function copyInto<Row>(
  table: string,
  columns: string,
  rows: readonly Row[],
  write: (row: Row, out: CopyWriter) => void,
): Copy[] {
  if (rows.length === 0) return [];
  const out = new CopyWriter(rows.length);
  for (const row of rows) write(row, out);
  return [{ statement: `copy ${table} (${columns}) from stdin`, rows: out.bytes }];
}

/**
 * Two partitions that hold the same new ids wait for each other's rows. In one order for all, one of them waits and then
 * meets a unique violation; in the order of arrival they deadlock, which costs a second (`deadlock_timeout`) each time.
 */
function inLockOrder(scored: readonly ScoredRecord[]): ScoredRecord[] {
  return [...scored].sort((a, b) => (a.application.application_id < b.application.application_id ? -1 : 1));
}

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

function placed({ topic, partition }: Place, offset: bigint, tMs: number, out: CopyWriter): CopyWriter {
  return out.text(topic).integer(partition).integer(Number(offset)).integer(tMs);
}

const failedColumns = `topic, partition, record_offset, t_ms, record_key, record_value, record_headers, attempt, first_t_ms,
  scorer_version`;

function failedRow(place: Place, { offset, tMs, kept }: FaultyRecord, out: CopyWriter): void {
  const { key, value, headers, attempt, firstFailedAtMs, scorerVersion } = kept as KeptRecord;
  placed(place, offset, tMs, out)
    .bytea(key)
    .bytea(value)
    .bytea(headerBytes(headers))
    .integer(attempt)
    .integer(firstFailedAtMs)
    .text(scorerVersion)
    .endRow();
}

const issueColumns =
  "topic, partition, record_offset, t_ms, failed_record_id, stage, issue_number, check_type, field, reason";

function issueRows(place: Place, { offset, tMs, recordId, stage, failures }: FaultyRecord, out: CopyWriter): void {
  for (const [number, { check, pointer, detail }] of failures.entries()) {
    placed(place, offset, tMs, out)
      .text(recordId)
      .raw(stage)
      .integer(number)
      .text(check)
      .text(pointer)
      .text(detail)
      .endRow();
  }
}
