import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PolicyException } from "@scoreline/policy";
import { repositoryRoot, type StackEnv, tools } from "@scoreline/stack";
import {
  chunkOf,
  connectMongo,
  insertAlerts,
  insertException,
  insertPolicy,
  storeTimeMs,
} from "@scoreline/stores/mongo";
import { connectPostgres, type Database, migrate } from "@scoreline/stores/postgres";
import { inject } from "vitest";
import { compilePolicy } from "../src/compilePolicy.ts";
import { connectionVariables } from "../src/dbt.ts";
import type { WarehouseDeps } from "../src/warehouse.ts";
import { Decider, insertScores, type Version } from "./decider.ts";

declare module "vitest" {
  interface ProvidedContext {
    env: StackEnv;
  }
}

/** Databases of a test file's own on the shared servers, and what a run needs to work on them. */
export type Bench = {
  creditdb: Database;
  warehouse: Database;
  deps: WarehouseDeps;
  /** The environment of the loader as a process. Its MongoDB database is the shared one. */
  environment: Record<string, string>;
  notices: string[];
  remove: () => Promise<void>;
};

export async function openBench(): Promise<Bench> {
  const shared = inject("env");
  const name = `loader_test_${randomUUID().slice(0, 8)}`;
  const admin = connectPostgres(shared.CREDITDB_URL, { app: "loader-test" });
  const urls = {
    creditdb: urlOf(shared.CREDITDB_URL, `${name}_credit`),
    warehouse: urlOf(shared.DW_FINANCE_URL, `${name}_dw`),
  };
  await admin.unsafe(`create database ${name}_credit`);
  await admin.unsafe(`create database ${name}_dw`);
  await migrate(urls.creditdb, "creditdb");
  await migrate(urls.warehouse, "dw_finance");
  const creditdb = connectPostgres(urls.creditdb, { app: "loader-test" });
  const warehouse = connectPostgres(urls.warehouse, { app: "loader-test" });
  const { client } = connectMongo(shared.MONGO_URL, { app: "loader-test" });
  const stateDir = mkdtempSync(join(tmpdir(), "loader-test-"));
  const notices: string[] = [];
  const deps: WarehouseDeps = {
    creditdbUrl: urls.creditdb,
    warehouseUrl: urls.warehouse,
    jobs: creditdb,
    mongo: client.db(name),
    mongoUrl: shared.MONGO_URL,
    dbt: {
      dbtPath: tools().dbt,
      warehouseDir: join(repositoryRoot, "warehouse"),
      stateDir,
      reportingTimeZone: "UTC",
      environment: { PATH: process.env.PATH ?? "", HOME: stateDir },
    },
    compile: compilePolicy,
    commit: "0123abc",
    lineage: null,
    onNotice: (notice) => notices.push(notice),
  };
  const environment = {
    ...deps.dbt.environment,
    CREDITDB_URL: urls.creditdb,
    DW_FINANCE_URL: urls.warehouse,
    MONGO_URL: shared.MONGO_URL,
    DBT_PATH: deps.dbt.dbtPath,
    SCORELINE_STATE_DIR: stateDir,
    LOADER_METRICS_PORT: "0",
  };
  const remove = async () => {
    await Promise.all([creditdb.end(), warehouse.end()]);
    await client.db(name).dropDatabase();
    await client.close();
    await admin.unsafe(`drop database ${name}_credit with (force)`);
    await admin.unsafe(`drop database ${name}_dw with (force)`);
    await admin.end();
    rmSync(stateDir, { recursive: true, force: true });
  };
  return { creditdb, warehouse, deps, environment, notices, remove };
}

function urlOf(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

export const topic = "credit_applications";

/** An application as a test states it; the rest is the same in all. */
export type Recorded = {
  id: string;
  offset: number;
  partition?: number;
  user?: string;
  submittedAt?: string;
  tMs?: number;
  name?: string;
  region?: string;
  age?: number;
  /** A credit score of 400 on more than 15,000. */
  isFraud?: boolean;
  /** 720, which the default policy approves, unless told. */
  creditScore?: number;
};

const defaultYaml = readFileSync(join(repositoryRoot, "packages/policy/policies/default.yaml"), "utf8");

/** The default policy, as `record` decides by. */
export const defaultVersion: Version = { version: "consumer-loans@1", yaml: defaultYaml, fromMs: 0 };

/** Publishes versions and exceptions, those that lie in the past too. */
export async function publish(
  bench: Bench,
  { versions = [], exceptions = [] }: { versions?: readonly Version[]; exceptions?: readonly PolicyException[] },
) {
  const { mongo } = bench.deps;
  const inThePast = { leadMsMin: Number.NEGATIVE_INFINITY };
  for (const { version, yaml, fromMs } of versions) {
    const [policy = "", number] = version.split("@");
    const document = {
      ...{ version, policy, number: Number(number), yaml, sha256: createHash("sha256").update(yaml).digest("hex") },
      ...{ compilerVersion: 1, effectiveFromMs: fromMs, publishedAtMs: await storeTimeMs(mongo) },
      ...{ publishedBy: "an analyst", note: "" },
    };
    await insertPolicy(mongo, document, inThePast);
  }
  for (const exception of exceptions) {
    await insertException(mongo, { ...exception, createdAtMs: await storeTimeMs(mongo) }, inThePast);
  }
}

/**
 * Records applications as the scorer does, under the default policy and `exceptions`, and says that their partitions are
 * projected up to `projected`.
 */
export async function record(
  sql: Database,
  applications: readonly Recorded[],
  projected: Record<number, number>,
  exceptions: readonly PolicyException[] = [],
) {
  const decider = new Decider([defaultVersion], exceptions);
  const rows = applications.map(({ id, offset, partition = 0, user = `user-${id}`, isFraud = false, ...rest }) =>
    decider.decide({
      application: {
        application_id: id,
        user_id: user,
        credit_score: isFraud ? 400 : (rest.creditScore ?? 720),
        loan_amount_minor: isFraud ? 1_500_001 : 999_999,
        timestamp_ms: Date.parse(rest.submittedAt ?? "2026-03-01T10:00:00Z"),
        applicant: { name: rest.name, age: rest.age, region: rest.region },
      },
      topic,
      partition,
      offset,
      tMs: rest.tMs ?? 1_772_359_200_000 + offset,
    }),
  );
  await insertScores(sql, rows);
  await project(sql, projected);
}

/** Says how far partitions of a topic, the applications' unless told, are projected. */
export async function project(sql: Database, projected: Record<number, number>, of = topic) {
  for (const [partition, offset] of Object.entries(projected)) {
    await sql`
      insert into stream_offsets (topic, partition, topic_id, epoch, start_offset, next_offset, projected_offset, max_t_ms)
      values (${of}, ${Number(partition)}, 'topic-1', 1, 0, ${offset}, ${offset}, 0)
      on conflict (topic, partition) do update set next_offset = excluded.next_offset, projected_offset = excluded.projected_offset`;
  }
}

/** Records a failed check at an offset of partition 0. */
export async function recordIssue(sql: Database, offset: number) {
  await sql`
    insert into data_quality_issues (topic, partition, record_offset, issue_number, check_type, failed_record_id, field, reason, stage, t_ms)
    values (${topic}, 0, ${offset}, 0, 'missing_credit_score', ${`bad-${offset}`}, '/credit_score', 'is missing', 'scorer', 1772359200000)`;
}

/** Writes an application's alert as the scorer does. */
export async function alert(bench: Bench, id: string, offset: number, partition = 0) {
  await insertAlerts(bench.deps.mongo, [
    {
      _id: id,
      kind: "application",
      application_id: id,
      user_id: `user-${id}`,
      credit_score: 400,
      loan_amount: 15_000.01,
      reason: "Risky transaction",
      rules: ["risky-transaction"],
      policy_version: "consumer-loans@1",
      alerted_at: new Date("2026-03-01T10:00:01Z"),
      status: "open",
      topic,
      partition,
      offset,
      chunk: chunkOf(topic, partition, BigInt(offset)),
    },
  ]);
}

/** What dashboards could see change: a hash over all rows of each table of `marts` and `quality`. */
export async function hashMarts(warehouse: Database, leftOut: string[] = []): Promise<Record<string, string>> {
  const tables = await warehouse<{ name: string }[]>`
    select schemaname || '.' || tablename as name from pg_tables where schemaname in ('marts', 'quality') order by 1`;
  const hashes = tables.map(
    async ({ name }): Promise<[string, string]> => [name, await hashOf(warehouse, name, leftOut)],
  );
  return Object.fromEntries(await Promise.all(hashes));
}

/** The number of a table's rows and a hash over them, whatever their order, without the columns `leftOut`. */
export async function hashOf(warehouse: Database, table: string, leftOut: string[] = []): Promise<string> {
  const [row] = await warehouse.unsafe<{ hash: string }[]>(
    `select count(*) || ' rows, ' || coalesce(sum(hashtextextended((to_jsonb(mart) - $1::text[])::text, 0)), 0) as hash
     from ${table} as mart`,
    [leftOut],
  );
  return row?.hash ?? "";
}

/** Runs `dbt test` on what `select` names, in the project as it was written, and gives what it printed. */
export async function dbtTest({ deps }: Bench, select: string): Promise<string> {
  const { dbtPath, warehouseDir, stateDir, environment } = deps.dbt;
  const { stdout } = await promisify(execFile)(
    dbtPath,
    [
      ...["test", "--select", select, "--project-dir", warehouseDir, "--profiles-dir", warehouseDir],
      ...["--target-path", `${stateDir}/target`, "--log-path", `${stateDir}/logs`],
    ],
    { env: { ...environment, ...connectionVariables(deps.warehouseUrl) } },
  ).catch((failed: { stdout: string }) => failed);
  return stdout;
}
