import { randomUUID } from "node:crypto";
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
import type { Observer } from "../src/observer.ts";
import { PartitionWorker } from "../src/partition.ts";
import type { Policies } from "../src/policies.ts";
import type { Projector } from "../src/projections.ts";
import { applicationReader } from "../src/read.ts";
import { SeenIds } from "../src/seenIds.ts";
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

/** A worker on `credit_applications/<partition>` of a database, and what it tells and projects. */
export async function newWorker(
  sql: Database,
  options: {
    partition?: number;
    project?: Projector;
    policies?: Policies;
    seen?: SeenIds;
    observer?: Partial<Observer>;
    committing?: (commit: Committer["commit"]) => Committer["commit"];
  } = {},
) {
  const { partition = 0, seen = new SeenIds(), committing = (commit) => commit } = options;
  const committer = connectCommitter(urlOf(sql), { app: "scorer-tests", connectionsMax: 1 });
  onTestFinished(() => committer.end());
  const held = await takePartition(sql, { topic: "credit_applications", partition, topicId: "id", firstOffset: 0n });
  const projected: Committed[] = [];
  const retries: string[] = [];
  const failures: unknown[] = [];
  const waits: (string | undefined)[] = [];
  const rebuilt: number[] = [];
  const observer: Observer = {
    received: () => {},
    returned: () => {},
    settled: () => {},
    retrying: (_, sink) => retries.push(sink),
    waiting: (_, why) => waits.push(why),
    rebuilding: () => {},
    rebuilt: (_, rows) => rebuilt.push(rows),
    ...options.observer,
  };
  const project: Projector = async (place, committed) => {
    await options.project?.(place, committed);
    projected.push(committed);
  };
  const commit = committing(committer.commit);
  const catalogue = options.policies ?? (await policiesOf());
  const deps = { sql, commit, seen, policies: catalogue, project, observer, version: "0.1.0" };
  const worker = new PartitionWorker(
    held,
    applicationReader(() => partition, "0.1.0"),
    deps,
    { onFailure: (error) => failures.push(error), onMoved: () => {} },
  );
  const accept = (records: Parameters<PartitionWorker["accept"]>[0]) => worker.accept(records);
  onTestFinished(() => worker.drop());
  return { worker, held, accept, projected, retries, failures, waits, rebuilt };
}

/** The issues on record, in the order of the stream. */
export function issuesOf(sql: Database) {
  return sql`
    select partition, record_offset::int as "offset", check_type, failed_record_id from data_quality_issues
    order by partition, record_offset, issue_number`;
}
