import type { Database } from "./connect.ts";
import { type RecomputedFinding, recomputeEvents } from "./recompute.ts";
import type { ScoredTransaction } from "./settlement.ts";
import { scoredOf, type TransactionRow } from "./transactionEvents.ts";

/** A card transaction as it was recorded, with its place and what was found in it. */
export type RecordedTransaction = ScoredTransaction & { topic: string; partition: number; scoredAt: Date };

/** The card transaction of an id in canonical form; undefined while it is not processed. */
export async function readTransaction(sql: Database, transactionId: string): Promise<RecordedTransaction | undefined> {
  const [row] = await sql<(TransactionRow & { scored_at: Date })[]>`
    select *, (amount * 100)::bigint as amount_minor
    from processed_transactions where transaction_id = ${transactionId}`;
  return row && { ...scoredOf(row), topic: row.topic, partition: row.partition, scoredAt: row.scored_at };
}

/** Judges a recorded card transaction again by compiled rules, as `recomputeRecorded` decides an application. */
export async function recomputeRecordedTransaction(
  sql: Database,
  select: string,
  { transaction, topic, partition, offset, tMs }: RecordedTransaction,
  windowMs: number,
): Promise<RecomputedFinding | undefined> {
  const statement = `with ${recomputeEvents} as (
  select transaction_id, user_id, topic, partition, record_offset, t_ms, amount, credit_score::integer as credit_score,
    merchant, location, card_type, device_id, transaction_id = $1::uuid as in_scope
  from processed_transactions
  where transaction_id = $1::uuid or (topic = $2 and partition = $3 and user_id = $4
    and t_ms > $5::bigint - $6::bigint and (t_ms, record_offset) < ($5::bigint, $7::bigint))
)
select * from (
${select}) as finding`;
  const place = [topic, partition, transaction.user_id, String(tMs), String(windowMs), String(offset)];
  const [finding] = await sql.unsafe<RecomputedFinding[]>(statement, [transaction.transaction_id, ...place]);
  return finding;
}
