import type { Database } from "./connect.ts";

/** The relation that a SELECT for `recompute` reads its events from. */
export const recomputeEvents = "recompute_events";

/** An event as a compiled policy reads it. `loan_amount` is a decimal in major units. */
export type RecomputeEvent = {
  application_id: string;
  user_id: string;
  topic: string;
  partition: number;
  record_offset: number;
  t_ms: number;
  credit_score: number;
  loan_amount: string;
  device_id?: string | undefined;
  applicant_age?: number | undefined;
  applicant_region?: string | undefined;
  score_model?: string | undefined;
  consent_automated_decision?: boolean | undefined;
  consent_analytics?: boolean | undefined;
  attributes?: Readonly<Record<string, unknown>> | undefined;
  /** False for an event that is only there to fill the windows of later ones. */
  in_scope: boolean;
};

/** A decision as a compiled policy gives it. Null where the SQL could not say, which is an error of who compiled it. */
export type RecomputedDecision = {
  application_id: string;
  features: Record<string, number>;
  is_fraud: boolean | null;
  fraud_rules: string[];
  fraud_reason: string | null;
  risk_level: string | null;
  policy_status: string | null;
  reasons: string[];
  reason_literals: string[];
};

/** A card transaction as compiled rules read it. `amount` is a decimal in major units. */
export type RecomputeTransaction = {
  transaction_id: string;
  user_id: string;
  topic: string;
  partition: number;
  record_offset: number;
  t_ms: number;
  amount: string;
  credit_score: number;
  merchant: string;
  location: string;
  card_type: string;
  device_id: string;
  in_scope: boolean;
};

/** A finding as compiled rules give it; nulls as in `RecomputedDecision`. */
export type RecomputedFinding = {
  transaction_id: string;
  features: Record<string, number>;
  flagged: boolean | null;
  fraud_rules: string[];
  fraud_reason: string | null;
};

/** Decides events by a compiled policy, in one statement; a row for each event in scope, in no order. */
export async function recompute(
  sql: Database,
  select: string,
  events: readonly RecomputeEvent[],
): Promise<RecomputedDecision[]> {
  const statement = `with ${recomputeEvents} as (
  select * from json_to_recordset($1::text::json) as event (
    application_id text, user_id text, topic text, partition integer, record_offset bigint, t_ms bigint,
    credit_score integer, loan_amount numeric, device_id text, applicant_age integer, applicant_region text,
    score_model text, consent_automated_decision boolean, consent_analytics boolean, attributes jsonb, in_scope boolean)
)
select * from (
${select}) as decision`;
  return await sql.unsafe<RecomputedDecision[]>(statement, [JSON.stringify(events)]);
}

/** Judges card transactions by compiled rules, as `recompute` decides applications. */
export async function recomputeTransactions(
  sql: Database,
  select: string,
  events: readonly RecomputeTransaction[],
): Promise<RecomputedFinding[]> {
  const statement = `with ${recomputeEvents} as (
  select * from json_to_recordset($1::text::json) as event (
    transaction_id uuid, user_id text, topic text, partition integer, record_offset bigint, t_ms bigint, amount numeric,
    credit_score integer, merchant text, location text, card_type text, device_id text, in_scope boolean)
)
select * from (
${select}) as finding`;
  return await sql.unsafe<RecomputedFinding[]>(statement, [JSON.stringify(events)]);
}
