import { formatMinorUnits, formatTime, reasonDetailsJson } from "@scoreline/contracts";
import { arrayField, byteaField, jsonField, jsonTextField, plainField, textField } from "./copyText.ts";
import type { Copy } from "./copyTransaction.ts";
import { headerBytes } from "./failedRecords.ts";
import type { FaultyRecord, ScoredRecord, Settlement } from "./settlement.ts";

type Place = { topic: string; partition: number };

/** The COPYs of a settlement; a table that gets no row has none. */
export function settlementCopies(place: Place, { scored, faulty }: Settlement): Copy[] {
  const at = `${textField(place.topic)}\t${place.partition}`;
  const copies = [
    {
      statement: copyInto("credit_scores", scoreColumns),
      rows: joined(inLockOrder(scored), (row) => scoreRow(at, row)),
    },
    { statement: copyInto("failed_records", failedColumns), rows: joined(faulty, (row) => failedRow(at, row)) },
    { statement: copyInto("data_quality_issues", issueColumns), rows: joined(faulty, (row) => issueRows(at, row)) },
  ];
  return copies.filter(({ rows }) => rows !== "");
}

function copyInto(table: string, columns: string): string {
  return `copy ${table} (${columns}) from stdin`;
}

/** One text, joined at once: a text that grows row by row is laid out anew when it is sent. */
function joined<Row>(records: readonly Row[], rowsOf: (record: Row) => string): string {
  return records.map(rowsOf).join("");
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

function scoreRow(at: string, { offset, tMs, application, decision }: ScoredRecord): string {
  const { applicant, score, consent } = application;
  const fields = [
    at,
    offset,
    tMs,
    textField(application.application_id),
    textField(application.user_id),
    application.credit_score,
    formatMinorUnits(application.loan_amount_minor),
    formatTime(application.timestamp_ms),
    textField(applicant?.name),
    plainField(applicant?.age),
    textField(applicant?.gender),
    textField(applicant?.region),
    textField(application.device_id),
    textField(score?.model),
    textField(score?.date),
    arrayField(score?.key_factors),
    jsonField(application.attributes),
    plainField(consent?.automated_decision),
    plainField(consent?.analytics),
    decision.isFraud,
    arrayField(decision.fraudRules),
    textField(decision.fraudReason),
    decision.riskLevel,
    decision.policyStatus,
    decision.approvalStatus,
    arrayField(decision.reasons),
    jsonTextField(reasonDetailsJson(decision.reasonDetails)),
    jsonField(decision.features),
    textField(decision.policyVersion),
    textField(decision.exceptionId),
  ];
  return `${fields.join("\t")}\n`;
}

const failedColumns = `topic, partition, record_offset, t_ms, record_key, record_value, record_headers, attempt, first_t_ms,
  scorer_version`;

function failedRow(at: string, { offset, tMs, kept }: FaultyRecord): string {
  if (!kept) return "";
  const { key, value, headers, attempt, firstFailedAtMs, scorerVersion } = kept;
  const bytes = `${byteaField(key)}\t${byteaField(value)}\t${byteaField(headerBytes(headers))}`;
  return `${at}\t${offset}\t${tMs}\t${bytes}\t${attempt}\t${firstFailedAtMs}\t${textField(scorerVersion)}\n`;
}

const issueColumns =
  "topic, partition, record_offset, t_ms, failed_record_id, stage, issue_number, check_type, field, reason";

function issueRows(at: string, { offset, tMs, recordId, stage, failures }: FaultyRecord): string {
  const record = `${at}\t${offset}\t${tMs}\t${textField(recordId)}\t${stage}`;
  return joined([...failures.entries()], ([number, { check, pointer, detail }]) => {
    return `${record}\t${number}\t${textField(check)}\t${textField(pointer)}\t${textField(detail)}\n`;
  });
}
