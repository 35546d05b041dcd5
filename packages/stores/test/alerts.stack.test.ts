import { randomUUID } from "node:crypto";
import { type Db, MongoBulkWriteError, MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import {
  type ApplicationAlert,
  alertsOf,
  chunkOf,
  countRawTransactions,
  ensureAlertIndexes,
  ensureRawTransactionIndexes,
  insertAlerts,
  insertRawTransactions,
  rawTransactionOf,
  rawTransactionsOf,
} from "../src/mongo/index.ts";
import { scoredTransaction } from "./support.ts";

async function newMongo(): Promise<Db> {
  const client = new MongoClient(inject("env").MONGO_URL as string);
  const db = client.db(`test_${randomUUID().slice(0, 8)}`);
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return db;
}

function alert(id: string, over: Partial<ApplicationAlert> = {}): ApplicationAlert {
  return {
    _id: id,
    kind: "application",
    application_id: id,
    user_id: "u",
    credit_score: 400,
    loan_amount: 15_000.01,
    reason: "Risky transaction",
    rules: ["risky-transaction"],
    policy_version: "test@1",
    alerted_at: new Date(1_000),
    status: "open",
    topic: "applications",
    partition: 0,
    offset: 5,
    chunk: chunkOf("applications", 0, 5n),
    ...over,
  };
}

test("an alert that is repeated is one, stays as it was, and does not hold back the new ones", async () => {
  const db = await newMongo();
  await insertAlerts(db, [alert("1"), alert("2")]);
  await insertAlerts(db, [alert("1", { user_id: "later" }), alert("3"), alert("2"), alert("4")]);
  const kept = await alertsOf(db).find().sort({ _id: 1 }).toArray();
  expect(kept).toEqual([alert("1"), alert("2"), alert("3"), alert("4")]);
});

test("no alerts are no work", async () => {
  const client = new MongoClient("mongodb://127.0.0.1:1/", { serverSelectionTimeoutMS: 50 });
  await insertAlerts(client.db("any"), []);
  await expect(insertAlerts(client.db("any"), [alert("1")])).rejects.toMatchObject({
    name: "MongoServerSelectionError",
  });
  await client.close();
});

test("an error that is no repeat is thrown", async () => {
  const db = await newMongo();
  const unkeepable = alert("2", { rules: [{ $bad: 1n << 80n }] as never });
  await expect(insertAlerts(db, [unkeepable])).rejects.toThrow();
});

test("a batch that failed at its write concern is not taken for repeats", async () => {
  const failed = new MongoBulkWriteError({ message: "waiting for replication timed out", code: 64 }, {} as never);
  const db = { collection: () => ({ insertMany: () => Promise.reject(failed) }) } as unknown as Db;
  await expect(insertAlerts(db, [alert("1")])).rejects.toBe(failed);
});

test("the loader's index is made once and made again without harm", async () => {
  const db = await newMongo();
  await ensureAlertIndexes(db);
  await ensureAlertIndexes(db);
  const indexes = await alertsOf(db).indexes();
  expect(indexes.map(({ key }) => key)).toEqual([{ _id: 1 }, { chunk: 1 }]);
});

test.each([
  [0n, "t/3/0"],
  [9_999n, "t/3/0"],
  [10_000n, "t/3/1"],
  [19_999n, "t/3/1"],
  [90_071_992_547_409_930_000n, "t/3/9007199254740993"],
])("offset %d lies in the chunk %s", (offset, chunk) => {
  expect(chunkOf("t", 3, offset)).toBe(chunk);
});

test("a raw transaction that is repeated is one document, and is found by its chunk", async () => {
  const db = await newMongo();
  await ensureRawTransactionIndexes(db);
  const place = { topic: "transactions", partition: 2 };
  const documents = [0n, 1n].map((offset) => rawTransactionOf(place, scoredTransaction(offset)));
  await insertRawTransactions(db, documents);
  await insertRawTransactions(db, documents);
  expect(await rawTransactionsOf(db).find({ chunk: "transactions/2/0" }).sort({ _id: 1 }).toArray()).toEqual(documents);
  expect(documents[0]).toMatchObject({ amount: 19.99, is_fraud: null, received_at: new Date(1_000), offset: 0 });
});

test("raw transactions are counted as they are now", async () => {
  const db = await newMongo();
  await ensureRawTransactionIndexes(db);
  expect(await countRawTransactions(db)).toBe(0);
  const place = { topic: "transactions", partition: 2 };
  const documents = Array.from({ length: 3_000 }, (_, i) => rawTransactionOf(place, scoredTransaction(BigInt(i))));
  await insertRawTransactions(db, documents);
  expect(await countRawTransactions(db)).toBe(3_000);
  await rawTransactionsOf(db).deleteOne({ _id: documents[7]?._id ?? "" });
  expect(await countRawTransactions(db)).toBe(2_999);
});
