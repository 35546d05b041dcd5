import { topics } from "@scoreline/contracts";
import { createConsumer } from "@scoreline/kafka/librdkafka";
import { alertsOf, collections, connectMongo, countRawTransactions, type Db } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import type { Stores } from "./init.ts";

/** Where everything stands, counted in the stores themselves. */
export type Counts = {
  /** Records on the topics the scorer reads. */
  records: number;
  /** Records in Kafka that are not decided, or not projected to every store yet. */
  inFlight: number;
  /** Applications with a decision. */
  scored: number;
  /** Repeats of applications. */
  duplicates: number;
  /** Failed checks by `check_type`, duplicates left out. */
  failedChecks: Record<string, number>;
  /** Records that failed at least one check. */
  failedRecords: number;
  /** On applications. */
  alerts: number;
  /** Of applications. */
  facts: number;
  /** What comes of card transactions; their bad records are among those above. */
  transactions: Record<"processed" | "duplicates" | "alerts" | "raw" | "facts", number>;
};

/** Counts in Kafka, Postgres and MongoDB. Takes a second or so; for people and tests, not for a monitor. */
export async function readCounts(stores: Stores): Promise<Counts> {
  const creditdb = connectPostgres(stores.CREDITDB_URL, { app: "scoreline-cli", connectionsMax: 2 });
  const warehouse = connectPostgres(stores.DW_FINANCE_URL, { app: "scoreline-cli", connectionsMax: 1 });
  const { client, db } = connectMongo(stores.MONGO_URL, { app: "scoreline-cli" });
  try {
    const [ends, reached, scored, processed, issues, documents, facts, transactionFacts] = await Promise.all([
      endOffsets(stores.KAFKA_BROKERS),
      readReached(creditdb),
      countRows(creditdb, "credit_scores"),
      countRows(creditdb, "processed_transactions"),
      readIssues(creditdb),
      countDocuments(db),
      countRows(warehouse, "marts.fact_loan_application"),
      countRows(warehouse, "marts.fact_transaction"),
    ]);
    const inFlight = ends.map(({ key, low, high }) => Number(high - (reached.get(key)?.projected ?? low)));
    const records = ends.map(({ key, low, high }) => Number(high - (reached.get(key)?.start ?? low)));
    const { repeats, ...failed } = issues;
    return {
      records: sum(records),
      inFlight: sum(inFlight),
      scored,
      duplicates: repeats.applications,
      ...failed,
      alerts: documents.alerts - documents.transactionAlerts,
      facts,
      transactions: {
        processed,
        duplicates: repeats.transactions,
        alerts: documents.transactionAlerts,
        raw: documents.raw,
        facts: transactionFacts,
      },
    };
  } finally {
    await Promise.allSettled([creditdb.end({ timeout: 1 }), warehouse.end({ timeout: 1 }), client.close()]);
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** By `topic/partition`, where it began and what is projected of it; of transactions also to `raw_transactions`. */
async function readReached(sql: Database): Promise<Map<string, { start: bigint; projected: bigint }>> {
  const rows = await sql<{ key: string; start: bigint; projected: bigint }[]>`
    select topic || '/' || partition as key, start_offset as start,
      case when topic = ${topics.transactions.name}
        then least(projected_offset, coalesce(cursors.next_offset, start_offset)) else projected_offset end as projected
    from stream_offsets
    left join (select * from projection_cursors where projection = ${collections.rawTransactions}) as cursors
      using (topic, partition)`;
  return new Map(rows.map(({ key, ...reached }) => [key, reached]));
}

async function countDocuments(db: Db) {
  const [alerts, transactionAlerts, raw] = await Promise.all([
    alertsOf(db).countDocuments(),
    alertsOf(db).countDocuments({ kind: "transaction" }),
    countRawTransactions(db),
  ]);
  return { alerts, transactionAlerts, raw };
}

async function readIssues(sql: Database) {
  const rows = await sql<{ check_type: string; checks: bigint }[]>`
    select check_type, count(*) as checks from data_quality_issues group by check_type order by check_type`;
  const [failed] = await sql<{ records: bigint }[]>`
    select count(distinct (topic, partition, record_offset)) as records from data_quality_issues
    where check_type not in ('duplicate_application_id', 'duplicate_transaction_id')`;
  const checks = Object.fromEntries(rows.map((row) => [row.check_type, Number(row.checks)]));
  const {
    duplicate_application_id: applications = 0,
    duplicate_transaction_id: transactions = 0,
    ...failedChecks
  } = checks;
  return { repeats: { applications, transactions }, failedChecks, failedRecords: Number(failed?.records ?? 0) };
}

/** Rows of a table; none while it is not there, as a mart that has not been built. */
async function countRows(sql: Database, table: string): Promise<number> {
  const [found] = await sql<{ there: boolean }[]>`select to_regclass(${table}::text) is not null as there`;
  if (!found?.there) return 0;
  const [row] = await sql<{ count: bigint }[]>`select count(*) from ${sql(table)}`;
  return Number(row?.count ?? 0);
}

/** First and next offset of every partition that the scorer reads. */
async function endOffsets(brokers: string) {
  const consumer = createConsumer({ brokers, clientId: "scoreline-cli", groupId: "scoreline-cli" });
  await consumer.connect();
  try {
    const partitions = [topics.creditApplications, topics.transactions, topics.deadLetters].flatMap(
      ({ name, partitions }) => Array.from({ length: partitions }, (_, partition) => ({ name, partition })),
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
