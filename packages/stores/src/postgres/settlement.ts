import {
  type Application,
  type ApprovalStatus,
  type Failure,
  formatMinorUnits,
  type ReasonDetail,
  type RiskLevel,
} from "@scoreline/contracts";
import { commitsChannel } from "./commits.ts";
import type { Database } from "./connect.ts";
import { type KeptRecord, keptColumns } from "./failedRecords.ts";
import { Fenced, type HeldPartition } from "./streamOffsets.ts";

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

/**
 * Commits a settlement: the fence, the offset and all rows in one statement, which is one transaction and one round trip.
 * (The driver's `begin` ends the process when its connection is cut between two statements, and its COPY never settles
 * when a row is refused.) It is told on `commitsChannel` once it is committed. Throws `Fenced`, or Postgres' own error (a
 * unique violation when an application_id came in elsewhere meanwhile); then nothing of it is written.
 */
export async function commitSettlement(sql: Database, held: HeldPartition, settlement: Settlement): Promise<void> {
  const { topic, partition, epoch, nextOffset } = held;
  const scores = inLockOrder(settlement.scored).map((record) => scoreRow(held, record));
  const failed = settlement.faulty.flatMap((record) => failedRow(held, record));
  const issues = settlement.faulty.flatMap((record) => issueRows(held, record));
  const told = await sql`
    with moved as (
      update stream_offsets
      set next_offset = ${settlement.next}, max_t_ms = ${settlement.maxTMs}, updated_at = now()
      where topic = ${topic} and partition = ${partition} and epoch = ${epoch} and next_offset = ${nextOffset}
      returning topic, partition, next_offset
    ),
    scores as (
      insert into credit_scores
      select row.* from json_populate_recordset(null::credit_scores, ${JSON.stringify(scores)}::text::json) as row
      where exists (select from moved)
    ),
    failed as (
      insert into failed_records
      select row.* from json_populate_recordset(null::failed_records, ${JSON.stringify(failed)}::text::json) as row
      where exists (select from moved)
    ),
    issues as (
      insert into data_quality_issues
      select row.* from json_populate_recordset(null::data_quality_issues, ${JSON.stringify(issues)}::text::json) as row
      where exists (select from moved)
    )
    select pg_notify(${commitsChannel}, concat_ws(':', topic, partition, next_offset)) from moved`;
  if (told.length === 0) throw new Fenced(held);
}

/** A row as JSON, by column; the table's own types read it (`text[]` from an array, `jsonb` from an object). Absent is null. */
type Row = Record<string, string | number | boolean | string[] | object | null | undefined>;

/**
 * Two partitions that hold the same new ids wait for each other's rows. In one order for all, one of them waits and then
 * meets a unique violation; in the order of arrival they deadlock, which costs a second (`deadlock_timeout`) each time.
 */
function inLockOrder(scored: readonly ScoredRecord[]): ScoredRecord[] {
  const ids = (record: ScoredRecord) => record.application.application_id;
  return [...scored].sort((a, b) => (ids(a) < ids(b) ? -1 : 1));
}

function scoreRow({ topic, partition }: HeldPartition, { offset, tMs, application, decision }: ScoredRecord): Row {
  const { applicant, score, consent } = application;
  return {
    application_id: application.application_id,
    user_id: application.user_id,
    credit_score: application.credit_score,
    loan_amount: formatMinorUnits(application.loan_amount_minor),
    submitted_at: new Date(application.timestamp_ms).toISOString(),
    applicant_name: applicant?.name,
    applicant_age: applicant?.age,
    applicant_gender: applicant?.gender,
    applicant_region: applicant?.region,
    device_id: application.device_id,
    score_model: score?.model,
    score_date: score?.date,
    score_key_factors: score?.key_factors,
    attributes: application.attributes,
    consent_automated_decision: consent?.automated_decision,
    consent_analytics: consent?.analytics,
    topic,
    partition,
    record_offset: String(offset),
    t_ms: tMs,
    is_fraud: decision.isFraud,
    fraud_rules: decision.fraudRules,
    fraud_reason: decision.fraudReason,
    risk_level: decision.riskLevel,
    policy_status: decision.policyStatus,
    approval_status: decision.approvalStatus,
    reasons: decision.reasons,
    reason_details: decision.reasonDetails,
    features: decision.features,
    policy_version: decision.policyVersion,
    exception_id: decision.exceptionId,
    scored_at: "now",
  };
}

function failedRow({ topic, partition }: HeldPartition, { offset, tMs, kept }: FaultyRecord): Row[] {
  if (!kept) return [];
  return [{ topic, partition, record_offset: String(offset), t_ms: tMs, ...keptColumns(kept) }];
}

function issueRows(
  { topic, partition }: HeldPartition,
  { offset, tMs, recordId, stage, failures }: FaultyRecord,
): Row[] {
  return failures.map(({ check, pointer, detail }, number) => ({
    topic,
    partition,
    record_offset: String(offset),
    issue_number: number,
    check_type: check,
    failed_record_id: recordId,
    field: pointer,
    reason: detail,
    stage,
    t_ms: tMs,
    detected_at: "now",
  }));
}

/** Which of these application ids are recorded already. */
export async function recordedIds(sql: Database, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ application_id: string }[]>`
    select application_id from credit_scores where application_id = any(${ids})`;
  return new Set(rows.map((row) => row.application_id));
}
