import { topics } from "@scoreline/contracts";
import { type ConsumedRecord, createConsumer } from "@scoreline/kafka/librdkafka";
import {
  alertsOf,
  collections,
  type Db,
  type FraudAlert,
  type RawTransaction,
  rawTransactionsOf,
} from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { readTopic } from "../topic.ts";

type Placed = { topic: string; partition: number; record_offset: number; t_ms: number };
/** A row of `credit_scores`, every column but `scored_at`. */
export type ScoreRow = Placed &
  Record<string, unknown> & {
    application_id: string;
    user_id: string;
    credit_score: number;
    loan_amount: number;
    device_id: string | null;
    is_fraud: boolean;
  };
/** A row of `processed_transactions`, every column but `scored_at`. */
export type TransactionRow = Placed &
  Record<string, unknown> & {
    transaction_id: string;
    user_id: string;
    credit_score: number;
    amount: number;
    timestamp: string;
    flagged: boolean;
  };
/** A row of `data_quality_issues`, every column but `detected_at`. */
export type IssueRow = Placed & {
  issue_number: number;
  check_type: string;
  failed_record_id: string;
  field: string;
  reason: string;
  stage: string;
};
/** A row of `failed_records`; bytes in the form `\x…`. */
export type FailedRow = Placed & { record_key: string | null; record_value: string | null };
/** How far a partition is, in every store that follows it, and where its topic ends. */
export type Progress = { topic: string; partition: number; next: number; projected: number; high: number };

/** `topic/partition/offset` of a row. */
export const rowPlace = ({ topic, partition, record_offset }: Omit<Placed, "t_ms">) =>
  `${topic}/${partition}/${record_offset}`;

/** Issues by their record's place, each in the order of their numbers. */
export function issuesByPlace(issues: readonly IssueRow[]): Map<string, IssueRow[]> {
  const grouped = new Map<string, IssueRow[]>();
  for (const issue of issues) grouped.set(rowPlace(issue), [...(grouped.get(rowPlace(issue)) ?? []), issue]);
  return grouped;
}

/** All that a run left behind, everywhere: records, issues, bad records, alerts and letters are of both topics. */
export type History = {
  records: ConsumedRecord[];
  progress: Progress[];
  rows: ScoreRow[];
  transactions: TransactionRow[];
  raw: RawTransaction[];
  issues: IssueRow[];
  failed: FailedRow[];
  alerts: FraudAlert[];
  decisions: ConsumedRecord[];
  letters: ConsumedRecord[];
};

/** Offsets of the output topics from which a run's own records begin, by `topic/partition`. */
export type Since = ReadonlyMap<string, bigint>;

const scored = [topics.creditApplications.name, topics.transactions.name];
const sources = [topics.creditApplications, topics.transactions, topics.deadLetters];
const outputs = [topics.creditDecisions, topics.deadLetters];

/** Reads what a run left in `sql` and `db`, and on the output topics from `since` on. */
export async function readHistory(brokers: string, sql: Database, db: Db, since: Since = new Map()): Promise<History> {
  const own = ({ topic, partition, offset }: ConsumedRecord) => offset >= (since.get(`${topic}/${partition}`) ?? 0n);
  return {
    records: (await Promise.all(scored.map((topic) => readTopic(brokers, topic)))).flat(),
    progress: await readProgress(brokers, sql),
    rows: await rowsOf<ScoreRow>(sql`
      select to_jsonb(score) - 'scored_at' as row from credit_scores as score order by topic, partition, record_offset`),
    transactions: await rowsOf<TransactionRow>(sql`
      select to_jsonb(processed) - 'scored_at' as row from processed_transactions as processed
      order by topic, partition, record_offset`),
    raw: await rawTransactionsOf(db).find().toArray(),
    issues: await rowsOf<IssueRow>(sql`
      select to_jsonb(issue) - 'detected_at' as row from data_quality_issues as issue
      where topic = any(${scored}) order by topic, partition, record_offset, issue_number`),
    failed: await rowsOf<FailedRow>(sql`
      select to_jsonb(failed) as row from failed_records as failed order by topic, partition, record_offset`),
    alerts: await alertsOf(db).find().toArray(),
    decisions: (await readTopic(brokers, topics.creditDecisions.name)).filter(own),
    letters: (await readTopic(brokers, topics.deadLetters.name)).filter(own),
  };
}

async function rowsOf<Row>(query: PromiseLike<readonly Record<string, unknown>[]>): Promise<Row[]> {
  return (await query).map(({ row }) => row as Row);
}

/** Where each partition stands in the store and on the broker. */
export async function readProgress(brokers: string, sql: Database): Promise<Progress[]> {
  const rows = await sql<{ topic: string; partition: number; next: number; projected: number }[]>`
    select topic, partition, stream.next_offset::float8 as next,
      case when topic = ${topics.transactions.name}
        then least(projected_offset, coalesce(trail.next_offset, start_offset)) else projected_offset end::float8 as projected
    from stream_offsets as stream
    left join (select * from projection_cursors where projection = ${collections.rawTransactions}) as trail
      using (topic, partition)`;
  const ends = await endsOf(brokers, sources);
  return [...ends].map(([key, high]) => {
    const [topic = "", partition] = key.split("/");
    const row = rows.find((one) => one.topic === topic && one.partition === Number(partition));
    const { next = 0, projected = 0 } = row ?? {};
    return { topic, partition: Number(partition), next, projected, high: Number(high) };
  });
}

export function isBehind({ projected, high }: Progress): boolean {
  return projected < high;
}

/** Where the output topics end now: the next run's records begin there. */
export async function endOfOutputs(brokers: string): Promise<Since> {
  return endsOf(brokers, outputs);
}

async function endsOf(brokers: string, of: readonly { name: string; partitions: number }[]) {
  const consumer = createConsumer({ brokers, clientId: "scoreline-test", groupId: "scoreline-test-ends" });
  await consumer.connect();
  try {
    const places = of.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ name, partition })),
    );
    const ends = places.map(async ({ name, partition }) => {
      const { high } = await consumer.watermarks(name, partition);
      return [`${name}/${partition}`, high] as const;
    });
    return new Map(await Promise.all(ends));
  } finally {
    await consumer.close();
  }
}
