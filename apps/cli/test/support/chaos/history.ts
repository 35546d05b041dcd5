import { topics } from "@scoreline/contracts";
import { type ConsumedRecord, createConsumer } from "@scoreline/kafka/librdkafka";
import { alertsOf, type Db, type FraudAlert } from "@scoreline/stores/mongo";
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
/** How far a partition is, and where its topic ends. */
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

/** All that a run left behind, everywhere. */
export type History = {
  records: ConsumedRecord[];
  progress: Progress[];
  rows: ScoreRow[];
  issues: IssueRow[];
  failed: FailedRow[];
  alerts: FraudAlert[];
  decisions: ConsumedRecord[];
  letters: ConsumedRecord[];
};

/** Offsets of the output topics from which a run's own records begin, by `topic/partition`. */
export type Since = ReadonlyMap<string, bigint>;

const sources = [topics.creditApplications, topics.deadLetters];
const outputs = [topics.creditDecisions, topics.deadLetters];

/** Reads what a run left in `sql` and `db`, and on the output topics from `since` on. */
export async function readHistory(brokers: string, sql: Database, db: Db, since: Since = new Map()): Promise<History> {
  const own = ({ topic, partition, offset }: ConsumedRecord) => offset >= (since.get(`${topic}/${partition}`) ?? 0n);
  const topic = topics.creditApplications.name;
  return {
    records: await readTopic(brokers, topic),
    progress: await readProgress(brokers, sql),
    rows: await rowsOf<ScoreRow>(sql`
      select to_jsonb(score) - 'scored_at' as row from credit_scores as score order by topic, partition, record_offset`),
    issues: await rowsOf<IssueRow>(sql`
      select to_jsonb(issue) - 'detected_at' as row from data_quality_issues as issue
      where topic = ${topic} order by partition, record_offset, issue_number`),
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
    select topic, partition, next_offset::float8 as next, projected_offset::float8 as projected from stream_offsets`;
  const ends = await endsOf(brokers, sources);
  return [...ends].map(([key, high]) => {
    const [topic = "", partition] = key.split("/");
    const row = rows.find((one) => one.topic === topic && one.partition === Number(partition));
    const { next = 0, projected = 0 } = row ?? {};
    return { topic, partition: Number(partition), next, projected, high: Number(high) };
  });
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
