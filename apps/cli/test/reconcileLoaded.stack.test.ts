import type { Database } from "@scoreline/stores/postgres";
import { beforeEach, expect, test } from "vitest";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import type { Check } from "../src/reconcile/check.ts";
import { checkBeyond, checkLoadedAlerts, checkTransactionFacts } from "../src/reconcile/facts.ts";
import { checkCopied, readLoaded } from "../src/reconcile/warehouse.ts";
import { recordFindings, uuidOf } from "./support/cardTransactions.ts";
import { newDatabases } from "./support/databases.ts";
import { recordDecisions } from "./support/decided.ts";

const t0 = Date.parse("2026-03-01T12:00:00Z");

/** Both databases in one: what `raw` holds is made of creditdb's tables, so this test has no shape of its own. */
let sql: Database;
beforeEach(async () => {
  const databases = await newDatabases();
  ({ sql } = databases);
  const small = { tMs: t0, amount_minor: 1_00 };
  await recordFindings(databases, defaultPolicyFile, [small, small, small, small]);
  await databases.db.dropDatabase();
  await recordDecisions(databases, defaultPolicyFile, [
    { tMs: t0, credit_score: 400, loan_amount_minor: 1_600_000 },
    { tMs: t0 },
  ]);
  await sql.unsafe(`
    create schema raw;
    create table raw.credit_scores as select *, 1::bigint as load_id from credit_scores;
    create table raw.data_quality_issues as select *, 1::bigint as load_id from data_quality_issues;
    create table raw.fraud_alerts as
      select application_id, topic, partition, record_offset, 1::bigint as load_id from credit_scores where is_fraud;
    create table raw.load_offsets as
      select source_table, topic, partition, topic_id, next_offset as loaded_offset from stream_offsets
      cross join unnest(array['credit_scores', 'processed_transactions', 'data_quality_issues', 'fraud_alerts']) as source_table`);
});

/** Loads and builds card transactions, as the loader and dbt do. */
async function load(): Promise<void> {
  await sql.unsafe(`
    create schema marts;
    create table raw.processed_transactions as select *, 1::bigint as load_id from processed_transactions;
    alter table raw.fraud_alerts add alert_id text;
    update raw.fraud_alerts set alert_id = application_id;
    insert into raw.fraud_alerts (topic, partition, record_offset, load_id, alert_id)
      select topic, partition, record_offset, 1, 'transaction/' || transaction_id from processed_transactions where flagged;
    create table marts.fact_transaction as
      select transaction_id::text, user_id, amount, credit_score, flagged, policy_version, topic, partition, record_offset,
        load_id
      from raw.processed_transactions`);
}

async function checks(): Promise<(Check | undefined)[]> {
  return [
    await checkCopied({ creditdb: sql, warehouse: sql }, "processed_transactions", await readLoaded(sql), 10),
    await checkBeyond(sql, 10),
    await checkLoadedAlerts(sql, 10),
    await checkTransactionFacts(sql, 10),
  ];
}

async function differing(): Promise<string[]> {
  const found = (await checks()).flatMap((check) => check?.examples ?? []);
  return found.map(({ at, what }) => `${at} ${what}`);
}

const figures = (all: readonly (Check | undefined)[]) => all.map((check) => check && [check.left, check.right]);

test("a warehouse that has no card transactions is compared without them", async () => {
  expect(figures(await checks())).toEqual([undefined, [0, 0], [1, 1], undefined]);
});

test("card transactions that are loaded and built are those that were processed", async () => {
  await load();
  expect(await differing()).toEqual([]);
  expect(figures(await checks())).toEqual([
    [4, 4],
    [0, 0],
    [2, 2],
    [4, 4],
  ]);
});

const id = uuidOf(3);
const at = `transactions/3/3`;
const copy = `${at} (transaction id ${id})`;

test.each([
  [
    "a row that is missing in raw",
    `delete from raw.processed_transactions where transaction_id = '${id}'`,
    [
      `${copy} is not in raw.processed_transactions`,
      `transaction/${id} has a row in raw.fraud_alerts and no row of suspected fraud`,
      `${id} has a fact and no row in raw.processed_transactions`,
    ],
  ],
  [
    "a row that differs in raw",
    `update raw.processed_transactions set amount = 2 where transaction_id = '${id}'`,
    [`${copy} differs in raw.processed_transactions`, `${id} has a fact that differs`],
  ],
  [
    "a row beyond what was loaded",
    "update raw.load_offsets set loaded_offset = 3 where source_table = 'processed_transactions'",
    [`${at} row of raw.processed_transactions at an offset not loaded`],
  ],
  [
    "an alert that was not loaded",
    `delete from raw.fraud_alerts where alert_id = 'transaction/${id}'`,
    [`transaction/${id} has no row in raw.fraud_alerts`],
  ],
  [
    "an alert at another place",
    `update raw.fraud_alerts set record_offset = 0 where alert_id = 'transaction/${id}'`,
    [`transaction/${id} has an alert with another place`],
  ],
  [
    "a fact that is missing",
    `delete from marts.fact_transaction where transaction_id = '${id}'`,
    [`${id} has no fact`],
  ],
])("names %s, and nothing else", async (_, statement, named) => {
  await load();
  await sql.unsafe(statement);
  expect(await differing()).toEqual(named);
});

test("a transaction that was loaded after the last build is no difference", async () => {
  await load();
  await sql.unsafe(`
    update raw.processed_transactions set load_id = 2 where transaction_id = '${id}';
    delete from marts.fact_transaction where transaction_id = '${id}'`);
  expect(await differing()).toEqual([]);
});
