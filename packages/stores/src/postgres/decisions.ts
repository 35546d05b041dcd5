import type { Application, ApprovalStatus, ReasonDetail, RiskLevel } from "@scoreline/contracts";
import type { Database } from "./connect.ts";
import { type RecomputedDecision, recomputeEvents } from "./recompute.ts";
import { type Review, reviewOf } from "./reviews.ts";
import type { DecisionColumns } from "./settlement.ts";

/** A decision of record with the event that it was made on. */
export type RecordedDecision = {
  /** The event as recorded, in canonical form. */
  application: Application;
  topic: string;
  partition: number;
  offset: bigint;
  /** The broker's time, epoch milliseconds. */
  tMs: number;
  decision: DecisionColumns;
  scoredAt: Date;
  /** How a person ended it, where it was Under Review and one did. */
  review: Review | undefined;
};

type Row = {
  application_id: string;
  user_id: string;
  credit_score: number;
  loan_amount_minor: bigint;
  submitted_at: Date;
  applicant_name: string | null;
  applicant_age: number | null;
  applicant_gender: string | null;
  applicant_region: string | null;
  device_id: string | null;
  score_model: string | null;
  score_day: string | null;
  score_key_factors: string[] | null;
  attributes: NonNullable<Application["attributes"]> | null;
  consent_automated_decision: boolean | null;
  consent_analytics: boolean | null;
  topic: string;
  partition: number;
  record_offset: bigint;
  t_ms: bigint;
  is_fraud: boolean;
  fraud_rules: string[];
  fraud_reason: string | null;
  risk_level: RiskLevel;
  policy_status: ApprovalStatus;
  approval_status: ApprovalStatus;
  reasons: string[];
  reason_details: ReasonDetail[];
  features: Record<string, number>;
  policy_version: string;
  exception_id: string | null;
  scored_at: Date;
  review_status: Review["status"] | null;
  reviewed_by: string;
  review_reason: string;
  reviewed_at: Date;
};

/** The decision on an application; undefined while there is none. */
export async function readDecision(sql: Database, applicationId: string): Promise<RecordedDecision | undefined> {
  return (await readDecisions(sql, [applicationId])).get(applicationId);
}

/** The decisions on some applications, by application_id; those that are not decided are not among them. */
export async function readDecisions(sql: Database, applicationIds: string[]): Promise<Map<string, RecordedDecision>> {
  const rows = await sql<Row[]>`
    select score.*, (score.loan_amount * 100)::bigint as loan_amount_minor, score.score_date::text as score_day,
      review.status as review_status, review.reviewed_by, review.reason as review_reason, review.reviewed_at
    from credit_scores as score
    left join reviews as review using (application_id)
    where application_id = any(${applicationIds})`;
  return new Map(rows.map((row) => [row.application_id, recordedOf(row)]));
}

function recordedOf(row: Row): RecordedDecision {
  return {
    application: applicationOf(row),
    topic: row.topic,
    partition: row.partition,
    offset: row.record_offset,
    tMs: Number(row.t_ms),
    decision: decisionOf(row),
    scoredAt: row.scored_at,
    review: reviewOf({ ...row, status: row.review_status, reason: row.review_reason }),
  };
}

/**
 * Decides a recorded application again by a compiled policy (over the relation `recomputeEvents`), its windows filled from
 * what is recorded now of the same partition and user within `windowMs` before it. Undefined when its row is gone.
 */
export async function recomputeRecorded(
  sql: Database,
  select: string,
  { application, topic, partition, offset, tMs }: RecordedDecision,
  windowMs: number,
): Promise<RecomputedDecision | undefined> {
  const statement = `with ${recomputeEvents} as (
  select application_id, user_id, topic, partition, record_offset, t_ms, credit_score::integer as credit_score, loan_amount,
    device_id, applicant_age::integer as applicant_age, applicant_region, score_model, consent_automated_decision,
    consent_analytics, attributes, application_id = $1 as in_scope
  from credit_scores
  where application_id = $1 or (topic = $2 and partition = $3 and user_id = $4
    and t_ms > $5::bigint - $6::bigint and (t_ms, record_offset) < ($5::bigint, $7::bigint))
)
select * from (
${select}) as decision`;
  const place = [topic, partition, application.user_id, String(tMs), String(windowMs), String(offset)];
  const [decision] = await sql.unsafe<RecomputedDecision[]>(statement, [application.application_id, ...place]);
  return decision;
}

function applicationOf(row: Row): Application {
  const groups = {
    applicant: present({
      name: row.applicant_name,
      age: row.applicant_age,
      gender: row.applicant_gender,
      region: row.applicant_region,
    }),
    device_id: row.device_id,
    score: present({ model: row.score_model, date: row.score_day, key_factors: row.score_key_factors }),
    attributes: row.attributes,
    consent: present({ automated_decision: row.consent_automated_decision, analytics: row.consent_analytics }),
  };
  return {
    application_id: row.application_id,
    user_id: row.user_id,
    credit_score: row.credit_score,
    loan_amount_minor: Number(row.loan_amount_minor),
    timestamp_ms: row.submitted_at.getTime(),
    ...present(groups),
  };
}

type Present<Columns> = { [Name in keyof Columns]?: NonNullable<Columns[Name]> };

/** The columns that hold something; undefined when none does. */
function present<Columns extends object>(columns: Columns): Present<Columns> | undefined {
  const held = Object.entries(columns).filter(([, value]) => value !== null && value !== undefined);
  return held.length > 0 ? (Object.fromEntries(held) as Present<Columns>) : undefined;
}

function decisionOf(row: Row): DecisionColumns {
  return {
    isFraud: row.is_fraud,
    fraudRules: row.fraud_rules,
    fraudReason: row.fraud_reason ?? undefined,
    riskLevel: row.risk_level,
    policyStatus: row.policy_status,
    approvalStatus: row.approval_status,
    reasons: row.reasons,
    reasonDetails: row.reason_details,
    features: row.features,
    policyVersion: row.policy_version,
    exceptionId: row.exception_id ?? undefined,
  };
}
