import type { Fragment } from "postgres";
import type { Database } from "./connect.ts";

type Place = { topic: string; partition: number };

/** Offsets `[from, to)`. */
type Range = { from: bigint; to: bigint };

/** The columns that windows may read of a recorded application besides the score and the amount. */
export type WindowColumn =
  | "device_id"
  | "applicant_age"
  | "applicant_region"
  | "score_model"
  | "consent_automated_decision"
  | "consent_analytics";

/** What is read of each row: optional columns, and attributes by name. */
export type WindowReads = { columns: readonly WindowColumn[]; attributes: readonly string[] };

/** A recorded application as windows read it: what was not asked for is undefined. */
export type WindowRow = {
  tMs: number;
  user_id: string;
  credit_score: number;
  loan_amount_minor: number;
  device_id: string | undefined;
  applicant: { age: number | undefined; region: string | undefined };
  score: { model: string | undefined };
  consent: { automated_decision: boolean | undefined; analytics: boolean | undefined };
  attributes: Record<string, unknown> | undefined;
};

/**
 * The first offset of a range whose application came after broker time `tMs`, or the end of the range. The broker's time
 * never falls with the offset, so some dozens of look-ups in the key (topic, partition, record_offset) find it.
 */
export async function firstOffsetAfter(sql: Database, place: Place, tMs: number, range: Range): Promise<bigint> {
  const { topic, partition } = place;
  let { from, to } = range;
  while (from < to) {
    const middle = (from + to) / 2n;
    const [row] = await sql<{ record_offset: bigint; t_ms: bigint }[]>`
      select record_offset, t_ms from credit_scores
      where topic = ${topic} and partition = ${partition} and record_offset >= ${middle} and record_offset < ${to}
      order by record_offset limit 1`;
    if (row && row.t_ms <= tMs) from = row.record_offset + 1n;
    else to = middle;
  }
  return to;
}

type Row = {
  record_offset: bigint;
  t_ms: number;
  user_id: string;
  credit_score: number;
  loan_amount_minor: number;
  device_id?: string | null;
  applicant_age?: number | null;
  applicant_region?: string | null;
  score_model?: string | null;
  consent_automated_decision?: boolean | null;
  consent_analytics?: boolean | null;
  attributes?: Record<string, unknown>;
};

/**
 * The first `limit` applications of a range, in offset order, and the offset to read on at: the end of the range when
 * there are no more.
 */
export async function readWindowRows(
  sql: Database,
  { topic, partition }: Place,
  { from, to }: Range,
  { columns, attributes }: WindowReads,
  limit: number,
): Promise<{ rows: WindowRow[]; next: bigint }> {
  const members = attributes.map((name) => sql`${name}::text, attributes -> ${name}::text`);
  const picked = [
    // Times and amounts as the protocol's doubles: milliseconds and cents are exact in them, and cheaper than bigint.
    sql`record_offset, t_ms::float8, user_id, credit_score, (loan_amount * 100)::float8 as loan_amount_minor`,
    ...columns.map((column) => sql`${sql(column)}`),
    ...(members.length === 0 ? [] : [sql`jsonb_build_object(${separated(sql, members)}) as attributes`]),
  ];
  const rows = await sql<Row[]>`
    select ${separated(sql, picked)}
    from credit_scores
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
    order by record_offset limit ${limit}`;
  const last = rows.at(-1);
  const next = last && rows.length === limit ? last.record_offset + 1n : to;
  return { rows: rows.map(windowRow), next };
}

function separated(sql: Database, fragments: readonly Fragment[]): Fragment[] {
  return fragments.flatMap((fragment, index) => (index === 0 ? [fragment] : [sql`, `, fragment]));
}

function windowRow(row: Row): WindowRow {
  return {
    tMs: row.t_ms,
    user_id: row.user_id,
    credit_score: row.credit_score,
    loan_amount_minor: row.loan_amount_minor,
    device_id: row.device_id ?? undefined,
    applicant: { age: row.applicant_age ?? undefined, region: row.applicant_region ?? undefined },
    score: { model: row.score_model ?? undefined },
    consent: {
      automated_decision: row.consent_automated_decision ?? undefined,
      analytics: row.consent_analytics ?? undefined,
    },
    attributes: row.attributes,
  };
}
