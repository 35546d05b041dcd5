import { randomUUID } from "node:crypto";
import { topics } from "@scoreline/contracts";
import { MemoryProducer } from "@scoreline/kafka/memory";
import {
  alertsOf,
  connectMongo,
  type Db,
  insertRawTransactions,
  rawTransactionOf,
  rawTransactionsOf,
} from "@scoreline/stores/mongo";
import { type Database, readCursor } from "@scoreline/stores/postgres";
import { expect, inject, onTestFinished, test } from "vitest";
import { createProjectors } from "../src/projections.ts";
import type { Trail } from "../src/trailingProjection.ts";
import type { TransactionKind } from "../src/transactions.ts";
import { record, transaction, uuidOf } from "./records.ts";
import { issuesOf, newCreditdb, newTransactionWorker } from "./support.ts";
import { until } from "./until.ts";

const topic = topics.transactions.name;
const at = (offset: number, value: unknown) => record(offset, value, { topic });

async function newMongo(): Promise<Db> {
  const { client } = connectMongo(inject("env").MONGO_URL, { app: "scorer-tests" });
  const db = client.db(`test_${randomUUID().slice(0, 8)}`);
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return db;
}

function rawInto(db: Db): Trail<TransactionKind["committed"]> {
  return {
    name: "raw_transactions",
    write: (place, events) =>
      insertRawTransactions(
        db,
        events.map((event) => rawTransactionOf(place, event)),
      ),
  };
}

function recorded(sql: Database) {
  return sql`
    select transaction_id, amount::float8, is_fraud, flagged, fraud_rules, policy_version, features
    from processed_transactions order by record_offset`;
}

test("each transaction is recorded once, flagged by the windows of its user and labelled by its sender alone", async () => {
  const sql = await newCreditdb();
  const { accept, held, failures } = await newTransactionWorker(sql);
  const small = { amount: 1, is_fraud: false };
  const values = [0, 1, 2, 3].map((number) => transaction(number, small));
  accept([
    ...values.map((value, offset) => at(offset, value)),
    at(4, values[0]),
    at(5, transaction(9, { card_type: "DINERS" })),
    at(6, transaction(10, { user_id: "v", is_fraud: true })),
  ]);
  await until(() => held.projectedOffset === 7n);
  expect(await recorded(sql)).toMatchObject([
    { transaction_id: uuidOf(0), amount: 1, is_fraud: false, flagged: false, fraud_rules: [] },
    { transaction_id: uuidOf(1), flagged: false },
    { transaction_id: uuidOf(2), flagged: false },
    { transaction_id: uuidOf(3), flagged: true, fraud_rules: ["card-testing"], features: { transactions_10m: 4 } },
    { transaction_id: uuidOf(10), is_fraud: true, flagged: false, features: { transactions_10m: 1 } },
  ]);
  expect(await issuesOf(sql)).toEqual([
    { partition: 0, offset: 4, check_type: "duplicate_transaction_id", failed_record_id: uuidOf(0) },
    { partition: 0, offset: 5, check_type: "invalid_card_type", failed_record_id: uuidOf(9) },
  ]);
  expect(failures).toEqual([]);
});

test("the next holder goes on with the windows that the rows say", async () => {
  const sql = await newCreditdb();
  const first = await newTransactionWorker(sql);
  first.accept([0, 1, 2].map((number) => at(number, transaction(number, { amount: 1 }))));
  await until(() => first.held.projectedOffset === 3n);
  await first.worker.finish();
  const second = await newTransactionWorker(sql);
  second.accept([at(3, transaction(3, { amount: 1 }))]);
  await until(() => second.held.projectedOffset === 4n);
  expect(second.rebuilt).toEqual([3]);
  expect((await recorded(sql)).at(-1)).toMatchObject({
    flagged: true,
    features: { transactions_10m: 4, spent_24h: 4 },
  });
});

test("two partitions that meet one id record it once", async () => {
  const sql = await newCreditdb();
  const workers = await Promise.all([0, 1].map((partition) => newTransactionWorker(sql, { partition })));
  for (const { accept } of workers) {
    accept(Array.from({ length: 300 }, (_, number) => at(number, transaction(number, { user_id: `u${number}` }))));
  }
  await until(() => workers.every(({ held }) => held.projectedOffset === 300n));
  expect((await recorded(sql)).length).toBe(300);
  expect((await issuesOf(sql)).length).toBe(300);
  expect(workers.flatMap(({ failures }) => failures)).toEqual([]);
});

test("a flagged one is an alert with an id of its own, a bad one a dead letter, and neither is a decision", async () => {
  const [sql, db, producer] = [await newCreditdb(), await newMongo(), new MemoryProducer()];
  const project = createProjectors({ producer, db }).transactions;
  const { accept, held } = await newTransactionWorker(sql, { project });
  accept([0, 1, 2, 3].map((number) => at(number, transaction(number, { amount: 1 }))));
  accept([at(4, Buffer.from("{"))]);
  await until(() => held.projectedOffset === 5n);
  expect(await alertsOf(db).find().toArray()).toEqual([
    expect.objectContaining({
      _id: `transaction/${uuidOf(3)}`,
      kind: "transaction",
      transaction_id: uuidOf(3),
      amount: 1,
      merchant: "Grocer",
      reason: "Many small amounts within minutes",
      rules: ["card-testing"],
      chunk: "transactions/0/0",
    }),
  ]);
  expect(producer.records(topics.deadLetters.name)).toHaveLength(1);
  expect(producer.records(topics.creditDecisions.name)).toEqual([]);
});

test("raw transactions follow by a cursor of their own, and a sink of theirs that is away holds no decision back", async () => {
  const [sql, db] = [await newCreditdb(), await newMongo()];
  const raw = rawInto(db);
  let away = true;
  const trail: typeof raw = {
    ...raw,
    write: async (place, events) => {
      if (away) throw Object.assign(new Error("away"), { code: "ECONNREFUSED" });
      await raw.write(place, events);
    },
  };
  const { accept, held, retries, worker } = await newTransactionWorker(sql, { trail });
  const count = 2_500;
  accept(Array.from({ length: count }, (_, number) => at(number, transaction(number, { user_id: `u${number}` }))));
  await until(() => held.projectedOffset === BigInt(count) && retries.length > 2);
  expect(worker.inHand.records).toBe(0);
  expect(await readCursor(sql, trail.name, held)).toBe(0n);
  away = false;
  await until(async () => (await readCursor(sql, trail.name, held)) === BigInt(count));
  expect(await rawTransactionsOf(db).countDocuments()).toBe(count);
});

test("what a holder that died had written and not noted is written again, with the effect of once", async () => {
  const [sql, db] = [await newCreditdb(), await newMongo()];
  const first = await newTransactionWorker(sql, { trail: rawInto(db) });
  first.accept([0, 1, 2].map((number) => at(number, transaction(number))));
  await until(async () => (await readCursor(sql, "raw_transactions", first.held)) === 3n);
  await first.worker.drop();
  await sql`update projection_cursors set next_offset = 1`;
  const second = await newTransactionWorker(sql, { trail: rawInto(db) });
  second.worker.begin();
  await until(async () => (await readCursor(sql, "raw_transactions", second.held)) === 3n);
  const ids = await rawTransactionsOf(db).find().sort({ _id: 1 }).toArray();
  expect(ids.map(({ _id }) => _id)).toEqual([0, 1, 2].map(uuidOf));
});
