import { randomUUID } from "node:crypto";
import { topics } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import {
  type Committed,
  type Committer,
  connectCommitter,
  connectPostgres,
  type Database,
  migrate,
  takePartition,
} from "@scoreline/stores/postgres";
import { inject, onTestFinished } from "vitest";
import { type ApplicationKind, applications } from "../src/applications.ts";
import type { Observer } from "../src/observer.ts";
import { type PartitionDeps, PartitionWorker } from "../src/partition.ts";
import type { Policies } from "../src/policies.ts";
import type { Projector } from "../src/projections.ts";
import { applicationReader, transactionReader } from "../src/read.ts";
import { SeenIds } from "../src/seenIds.ts";
import type { Kind } from "../src/subject.ts";
import type { Trail } from "../src/trailingProjection.ts";
import { type TransactionKind, transactions } from "../src/transactions.ts";
import { policiesOf } from "./policies.ts";

declare module "vitest" {
  interface ProvidedContext {
    env: { CREDITDB_URL: string; MONGO_URL: string };
  }
}

/** A pool on a migrated `creditdb` of a test's own, on the shared server. Dropped when the test is over. */
export async function newCreditdb(): Promise<Database> {
  const url = new URL(inject("env").CREDITDB_URL);
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const server = connectPostgres(String(url), { app: "scorer-tests", connectionsMax: 1 });
  await server`create database ${server(name)}`;
  onTestFinished(async () => {
    await server`drop database ${server(name)} with (force)`;
    await server.end();
  });
  url.pathname = `/${name}`;
  await migrate(String(url), "creditdb");
  const sql = connectPostgres(String(url), { app: "scorer-tests" });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
}

function urlOf({ options: { host, port, user, pass, database } }: Database): string {
  return `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`;
}

type Options<K extends Kind> = {
  partition?: number;
  project?: Projector<K["committed"] | K["scored"]>;
  trail?: Trail<K["committed"]>;
  policies?: Policies;
  seen?: SeenIds;
  observer?: Partial<Observer>;
  committing?: (commit: Committer["commit"]) => Committer["commit"];
};

/** A worker on `credit_applications/<partition>` of a database, and what it tells and projects. */
export function newWorker(sql: Database, options: Options<ApplicationKind> = {}) {
  const { partition = 0 } = options;
  const own = { subject: applications, read: applicationReader(() => partition, "0.1.0") };
  return workerOn(topics.creditApplications.name, sql, own, options);
}

/** The same on `transactions/<partition>`. */
export function newTransactionWorker(sql: Database, options: Options<TransactionKind> = {}) {
  const { partition = 0 } = options;
  const own = { subject: transactions, read: transactionReader(() => partition, "0.1.0") };
  return workerOn(topics.transactions.name, sql, own, options);
}

async function workerOn<K extends Kind>(
  topic: string,
  sql: Database,
  own: Pick<PartitionDeps<K>, "subject" | "read">,
  options: Options<K>,
) {
  const { partition = 0, seen = new SeenIds(), committing = (commit) => commit, trail } = options;
  const committer = connectCommitter(urlOf(sql), { app: "scorer-tests", connectionsMax: 1 });
  onTestFinished(() => committer.end());
  const held = await takePartition(sql, { topic, partition, topicId: "id", firstOffset: 0n });
  const projected: Committed<K["committed"] | K["scored"]>[] = [];
  const retries: string[] = [];
  const failures: unknown[] = [];
  const waits: (string | undefined)[] = [];
  const rebuilt: number[] = [];
  const observer: Observer = {
    received: () => {},
    returned: () => {},
    settled: () => {},
    took: () => {},
    retrying: (_, sink) => retries.push(sink),
    waiting: (_, why) => waits.push(why),
    rebuilding: () => {},
    rebuilt: (_, rows) => rebuilt.push(rows),
    ...options.observer,
  };
  const project: PartitionDeps<K>["project"] = async (place, committed) => {
    await options.project?.(place, committed);
    projected.push(committed);
  };
  const commit = committing(committer.commit);
  const policies = options.policies ?? (await policiesOf());
  const deps = { ...own, ...(trail && { trail }), project, sql, commit, seen, policies, observer, version: "0.1.0" };
  const worker = new PartitionWorker<K>(held, deps, {
    onFailure: (error) => failures.push(error),
    onMoved: () => {},
  });
  const accept = (records: ConsumedRecord[]) => worker.accept(records);
  onTestFinished(() => worker.drop());
  return { worker, held, accept, projected, retries, failures, waits, rebuilt };
}

/** The issues on record, in the order of the stream. */
export function issuesOf(sql: Database) {
  return sql`
    select partition, record_offset::int as "offset", check_type, failed_record_id from data_quality_issues
    order by partition, record_offset, issue_number`;
}
