import type { CardType } from "@scoreline/contracts";
import type { Fragment } from "postgres";
import type { Database } from "./connect.ts";
import type { Range } from "./eventTable.ts";
import type { Place } from "./settlementRows.ts";

/** What is read of each row: columns by the names that policies have for them, and attributes by name. */
export type WindowReads = { columns: readonly string[]; attributes: readonly string[] };

/** A recorded event as windows read it: what was not asked for is undefined. */
export type WindowRow = ApplicationWindowRow | TransactionWindowRow;

type TransactionWindowRow = {
  tMs: number;
  user_id: string;
  credit_score: number;
  amount_minor: number;
  merchant: string;
  location: string;
  card_type: CardType;
  device_id: string;
};

type ApplicationWindowRow = {
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

/** Where the events that windows read are recorded. */
export type WindowTable = {
  readonly table: "credit_scores" | "processed_transactions";
  /** What is read of every row besides its place and user, so that a policy's name for it asks for nothing more. */
  readonly always: { readonly columns: readonly string[]; readonly amount: string };
  readonly rowOf: (row: never) => WindowRow;
};

/**
 * The first offset of a range whose event came after broker time `tMs`, or the end of the range. The broker's time
 * never falls with the offset, so some dozens of look-ups in the key (topic, partition, record_offset) find it.
 */
export async function firstOffsetAfter(
  sql: Database,
  { table }: WindowTable,
  { topic, partition }: Place,
  tMs: number,
  range: Range,
): Promise<bigint> {
  let { from, to } = range;
  while (from < to) {
    const middle = (from + to) / 2n;
    const [row] = await sql<{ record_offset: bigint; t_ms: bigint }[]>`
      select record_offset, t_ms from ${sql(table)}
      where topic = ${topic} and partition = ${partition} and record_offset >= ${middle} and record_offset < ${to}
      order by record_offset limit 1`;
    if (row && row.t_ms <= tMs) from = row.record_offset + 1n;
    else to = middle;
  }
  return to;
}

/**
 * The first `limit` events of a range, in offset order, and the offset to read on at: the end of the range when
 * there are no more.
 */
export async function readWindowRows(
  sql: Database,
  { table, always, rowOf }: WindowTable,
  { topic, partition }: Place,
  { from, to }: Range,
  { columns, attributes }: WindowReads,
  limit: number,
): Promise<{ rows: WindowRow[]; next: bigint }> {
  const members = attributes.map((name) => sql`${name}::text, attributes -> ${name}::text`);
  const names = new Set([...always.columns, ...columns].filter((column) => column !== always.amount));
  const picked = [
    // Times and amounts as the protocol's doubles: milliseconds and cents are exact in them, and cheaper than bigint.
    sql`record_offset, t_ms::float8, user_id, (${sql(always.amount)} * 100)::float8 as ${sql(`${always.amount}_minor`)}`,
    ...[...names].map((column) => sql`${sql(column)}`),
    ...(members.length === 0 ? [] : [sql`jsonb_build_object(${separated(sql, members)}) as attributes`]),
  ];
  const rows = await sql<{ record_offset: bigint }[]>`
    select ${separated(sql, picked)}
    from ${sql(table)}
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
    order by record_offset limit ${limit}`;
  const last = rows.at(-1);
  const next = last && rows.length === limit ? last.record_offset + 1n : to;
  return { rows: rows.map((row) => rowOf(row as never)), next };
}

function separated(sql: Database, fragments: readonly Fragment[]): Fragment[] {
  return fragments.flatMap((fragment, index) => (index === 0 ? [fragment] : [sql`, `, fragment]));
}

type ApplicationRow = {
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

/** The windows over applications. */
export const applicationWindows: WindowTable = {
  table: "credit_scores",
  always: { columns: ["credit_score"], amount: "loan_amount" },
  rowOf: applicationRow,
};

function applicationRow(row: ApplicationRow): WindowRow {
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

type TransactionRow = Omit<TransactionWindowRow, "tMs"> & { t_ms: number };

/** The windows over card transactions. */
export const transactionWindows: WindowTable = {
  table: "processed_transactions",
  always: { columns: ["credit_score"], amount: "amount" },
  rowOf: transactionRow,
};

function transactionRow(row: TransactionRow): WindowRow {
  return {
    tMs: row.t_ms,
    user_id: row.user_id,
    credit_score: row.credit_score,
    amount_minor: row.amount_minor,
    merchant: row.merchant,
    location: row.location,
    card_type: row.card_type,
    device_id: row.device_id,
  };
}
