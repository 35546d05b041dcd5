import { topics } from "@scoreline/contracts";
import { createConsumer } from "@scoreline/kafka/librdkafka";
import { alertsOf, connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import type { Stores } from "./init.ts";

/** Where everything stands, counted in the stores themselves. */
export type Counts = {
  /** Records on the topics the scorer reads. */
  records: number;
  /** Records in Kafka that are not decided or not projected yet. */
  inFlight: number;
  scored: number;
  duplicates: number;
  /** Failed checks by `check_type`, duplicates left out. */
  failedChecks: Record<string, number>;
  /** Records that failed at least one check. */
  failedRecords: number;
  alerts: number;
  facts: number;
};

/** Counts in Kafka, Postgres and MongoDB. Takes a second or so; for people and tests, not for a monitor. */
export async function readCounts(stores: Stores): Promise<Counts> {
  const creditdb = connectPostgres(stores.CREDITDB_URL, { app: "scoreline-cli", connectionsMax: 2 });
  const warehouse = connectPostgres(stores.DW_FINANCE_URL, { app: "scoreline-cli", connectionsMax: 1 });
  const { client, db } = connectMongo(stores.MONGO_URL, { app: "scoreline-cli" });
  try {
    const [ends, offsets, scores, issues, alerts, facts] = await Promise.all([
      endOffsets(stores.KAFKA_BROKERS),
      creditdb<{ topic: string; partition: number; start_offset: bigint; projected_offset: bigint }[]>`
        select topic, partition, start_offset, projected_offset from stream_offsets`,
      creditdb<{ count: bigint }[]>`select count(*) from credit_scores`,
      readIssues(creditdb),
      alertsOf(db).countDocuments(),
      readFacts(warehouse),
    ]);
    const known = new Map(offsets.map((row) => [`${row.topic}/${row.partition}`, row]));
    const inFlight = ends.map(({ key, low, high }) => Number(high - (known.get(key)?.projected_offset ?? low)));
    const records = ends.map(({ key, low, high }) => Number(high - (known.get(key)?.start_offset ?? low)));
    return {
      records: sum(records),
      inFlight: sum(inFlight),
      scored: Number(scores[0]?.count ?? 0),
      ...issues,
      alerts,
      facts,
    };
  } finally {
    await Promise.allSettled([creditdb.end({ timeout: 1 }), warehouse.end({ timeout: 1 }), client.close()]);
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

async function readIssues(sql: Database) {
  const rows = await sql<{ check_type: string; checks: bigint }[]>`
    select check_type, count(*) as checks from data_quality_issues group by check_type order by check_type`;
  const [failed] = await sql<{ records: bigint }[]>`
    select count(distinct (topic, partition, record_offset)) as records from data_quality_issues
    where check_type <> 'duplicate_application_id'`;
  const checks = Object.fromEntries(rows.map((row) => [row.check_type, Number(row.checks)]));
  const { duplicate_application_id: duplicates = 0, ...failedChecks } = checks;
  return { duplicates, failedChecks, failedRecords: Number(failed?.records ?? 0) };
}

/** Rows of the fact table; none while the warehouse has not been built. */
async function readFacts(sql: Database): Promise<number> {
  const [built] = await sql<
    { built: boolean }[]
  >`select to_regclass('marts.fact_loan_application') is not null as built`;
  if (!built?.built) return 0;
  const [row] = await sql<{ count: bigint }[]>`select count(*) from marts.fact_loan_application`;
  return Number(row?.count ?? 0);
}

/** First and next offset of every partition that the scorer reads. */
async function endOffsets(brokers: string) {
  const consumer = createConsumer({ brokers, clientId: "scoreline-cli", groupId: "scoreline-cli" });
  await consumer.connect();
  try {
    const partitions = [topics.creditApplications, topics.deadLetters].flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ name, partition })),
    );
    return await Promise.all(
      partitions.map(async ({ name, partition }) => ({
        key: `${name}/${partition}`,
        ...(await consumer.watermarks(name, partition)),
      })),
    );
  } finally {
    await consumer.close();
  }
}

/** Reads the counts until nothing is in flight. Throws when the stream does not come to rest within `msMax`. */
export async function settledCounts(stores: Stores, msMax: number): Promise<Counts> {
  const deadlineMs = performance.now() + msMax;
  for (;;) {
    const counts = await readCounts(stores);
    if (counts.inFlight === 0) return counts;
    if (performance.now() > deadlineMs) {
      throw new Error(
        `${counts.inFlight} records are still in flight after ${Math.round(msMax / 1000)} s; look at \`scoreline status\` and the scorer's log.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
