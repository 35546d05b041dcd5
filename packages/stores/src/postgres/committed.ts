import type { Application, Failure } from "@scoreline/contracts";
import type { Database } from "./connect.ts";
import type { EventTable, Range } from "./eventTable.ts";
import { type KeptRow, keptOf } from "./failedRecords.ts";
import type { DecisionColumns, FaultyRecord, ScoredRecord, ScoredTransaction } from "./settlement.ts";
import type { Place } from "./settlementRows.ts";

/** What the projections read of a scored application. */
export type CommittedScore = Omit<ScoredRecord, "application" | "decision"> & {
  application: Pick<Application, "application_id" | "user_id" | "credit_score" | "loan_amount_minor">;
  decision: Omit<DecisionColumns, "policyStatus" | "reasonDetails" | "features" | "exceptionId">;
};

/** What is projected of a scored card transaction: all of it. */
export type CommittedTransaction = ScoredTransaction;

/** A range of a partition's committed rows, in offset order: what MongoDB and the output topics are projected from. */
export type Committed<Scored = CommittedScore> = { scored: Scored[]; faulty: FaultyRecord[] };

/** Reads back what was committed for the offsets `[from, to)` of a partition. */
export async function readCommitted<Scored>(
  sql: Database,
  table: EventTable<never, Scored>,
  place: Place,
  range: Range,
): Promise<Committed<Scored>> {
  const [scored, faulty] = await Promise.all([table.readScored(sql, place, range), readFaulty(sql, place, range)]);
  return { scored, faulty };
}

type FaultyRow = KeptRow & {
  record_offset: bigint;
  t_ms: bigint;
  failed_record_id: string;
  stage: FaultyRecord["stage"];
  failures: Failure[];
};

async function readFaulty(sql: Database, { topic, partition }: Place, { from, to }: Range): Promise<FaultyRecord[]> {
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
