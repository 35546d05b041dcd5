import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { topics, writeDeadLetter } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import type { StackEnv } from "@scoreline/stack";
import { alertsOf, connectMongo, type Db, rawTransactionsOf } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countRows } from "../src/commands/status.ts";
import { readCounts } from "../src/counts.ts";
import { type Reconciliation, reconcile } from "../src/reconcile/reconcile.ts";
import { cardTransaction, transactionRecord, uuidOf } from "./support/cardTransactions.ts";
import { application, record } from "./support/deadLetters.ts";
import { runProgram } from "./support/program.ts";
import { redriveStack } from "./support/redriving.ts";

const { home, stores, sent, redriven, fromNowOn } = redriveStack();
const topic = topics.transactions.name;
const good = 40;
const repeated = 3;
const bad = 4;
let env: StackEnv;
let sql: Database;
let db: Db;
let closeMongo: () => Promise<void>;

beforeAll(() => {
  ({ env, sql } = stores());
  const mongo = connectMongo(env.MONGO_URL, { app: "test" });
  db = mongo.db;
  closeMongo = () => mongo.client.close();
});
afterAll(() => closeMongo?.());

/** What differs, as `check: at what`. */
function differing({ checks }: Reconciliation): string[] {
  return checks.flatMap(({ compared, examples }) => examples.map(({ at, what }) => `${compared}: ${at} ${what}`));
}

function figuresOf({ checks }: Reconciliation) {
  return Object.fromEntries(checks.map(({ compared, left, right }) => [compared, [left, right]]));
}

const outcomes = "transactions: offsets below next_offset = outcomes in PostgreSQL";
const kept = "transactions: failed records = rows of failed_records";
const alerts = "rows of suspected fraud = alerts in MongoDB";
const raw = "processed transactions below their cursor = raw_transactions in MongoDB";
const letters = "projected bad records = letters of dead_letters";

describe("reconcile and status", () => {
  test("count a topic that nobody ever sent anything to as nothing", async () => {
    const result = await reconcile(env);
    expect(differing(result)).toEqual([]);
    expect(figuresOf(result)).toMatchObject({ [outcomes]: [0, 0], [kept]: [0, 0], [raw]: [0, 0] });
  });

  test("find every card transaction once in each store, beside applications", async () => {
    const ofUsers = Array.from({ length: good }, (_, number) =>
      cardTransaction(number, { user_id: `u-${number % 8}` }),
    );
    const small = [100, 101, 102, 103, 104].map((number) => cardTransaction(number, { user_id: "f", amount: 1 }));
    const { merchant: _, ...unnamed } = cardTransaction(200);
    const broken = [cardTransaction(201, { card_type: "DINERS" }), cardTransaction(202, { amount: 0.001 }), unnamed];
    await sent(
      ...[...ofUsers, ...small, ...ofUsers.slice(0, repeated), ...broken].map((value) => transactionRecord(value)),
      transactionRecord(Buffer.from("{")),
      record(application(uuidOf(100), { credit_score: 400, loan_amount: 20_000 })),
    );
    const result = await reconcile(env);
    expect(differing(result)).toEqual([]);
    const processed = good + small.length;
    const all = processed + repeated + bad;
    expect(figuresOf(result)).toMatchObject({
      [outcomes]: [all, all],
      [kept]: [bad, bad],
      [alerts]: [3, 3],
      [raw]: [processed, processed],
      [letters]: [bad, bad],
    });
    expect(result.partitions.filter((standing) => standing.topic === topic)).toHaveLength(6);
    const counts = await readCounts(env);
    expect(countRows(counts)).toEqual(expect.arrayContaining([["transactions", String(processed)]]));
    expect(counts).toMatchObject({
      ...{ inFlight: 0, scored: 1, duplicates: 0, alerts: 1, failedRecords: bad },
      transactions: { processed, duplicates: repeated, alerts: 2, raw: processed, facts: 0 },
    });
  });

  /** A row of a card transaction by its number. */
  async function placeOf(number: number): Promise<string> {
    const [row] = await sql<{ at: string }[]>`
      select concat_ws('/', topic, partition, record_offset) as at from processed_transactions
      where transaction_id = ${uuidOf(number)}`;
    return row?.at ?? "nowhere";
  }

  /** Replaces a document of `raw_transactions` by others; gives what brings it back. */
  async function replaced(number: number, ...others: object[]): Promise<() => Promise<void>> {
    const collection = rawTransactionsOf(db);
    const document = await collection.findOneAndDelete({ _id: uuidOf(number) });
    if (!document) throw new Error(`no document ${number}`);
    const written = others.map((other) => ({ ...document, ...other }));
    if (written.length > 0) await collection.insertMany(written);
    return async () => {
      await collection.deleteMany({ _id: { $in: written.map(({ _id }) => _id) } });
      await collection.insertOne(document);
    };
  }

  type Fault = { break: () => Promise<() => Promise<void>>; named: () => Promise<string[]> };
  const faults: Record<string, Fault> = {
    "a row that was deleted": {
      break: async () => {
        await sql`create table withdrawn as select * from processed_transactions where transaction_id = ${uuidOf(1)}`;
        await sql`delete from processed_transactions where transaction_id = ${uuidOf(1)}`;
        return async () => {
          await sql`insert into processed_transactions select * from withdrawn`;
          await sql`drop table withdrawn`;
        };
      },
      named: async () => {
        const at = await placeOf(1);
        return [
          `${outcomes}: ${at} has no outcome: neither scored nor duplicate nor failed`,
          `${raw}: ${uuidOf(1)} has a document (at ${at}) and no row`,
        ];
      },
    },
    "an alert that was deleted": {
      break: async () => {
        const alert = await alertsOf(db).findOneAndDelete({ _id: `transaction/${uuidOf(103)}` });
        return async () => void (alert && (await alertsOf(db).insertOne(alert)));
      },
      named: async () => [`${alerts}: transaction/${uuidOf(103)} has no alert; scored at ${await placeOf(103)}`],
    },
    "an alert on a transaction that was not flagged": {
      break: async () => {
        const alert = await alertsOf(db).findOne({ _id: `transaction/${uuidOf(103)}` });
        if (!alert) throw new Error("no alert");
        await alertsOf(db).insertOne({ ...alert, _id: `transaction/${uuidOf(100)}` });
        return async () => void (await alertsOf(db).deleteOne({ _id: `transaction/${uuidOf(100)}` }));
      },
      named: async () => [
        `${alerts}: transaction/${uuidOf(100)} has an alert (at ${await placeOf(103)}) and no row of suspected fraud`,
      ],
    },
    "a raw transaction that is missing": {
      break: () => replaced(2),
      named: async () => [`${raw}: ${uuidOf(2)} has no document; processed at ${await placeOf(2)}`],
    },
    "a raw transaction that differs": {
      break: () => replaced(3, { amount: 41, merchant: "Other" }),
      named: async () => [`${raw}: ${uuidOf(3)} differs from its row at ${await placeOf(3)} in amount, merchant`],
    },
    "raw transactions too many, one of which no partition's chunk holds": {
      break: () => replaced(4, {}, { _id: uuidOf(998) }, { _id: uuidOf(999), chunk: "nowhere/0/0" }),
      named: async () => [
        `${raw}: ${uuidOf(998)} has a document (at ${await placeOf(4)}) and no row`,
        `${raw}: ${uuidOf(999)} is a document that no partition's chunk holds`,
      ],
    },
  };

  test.each(Object.entries(faults))("names %s, and nothing else", async (_, fault) => {
    const named = await fault.named();
    const mend = await fault.break();
    const result = await reconcile(env).finally(mend);
    expect(differing(result)).toEqual(named);
    expect(differing(await reconcile(env))).toEqual([]);
  });

  test("a raw transaction above its cursor is on its way, whether it is there yet or not", async () => {
    const [, partition, offset] = (await placeOf(5)).split("/");
    const back = (by: number) => sql`
      update projection_cursors set next_offset = next_offset + ${by}
      where topic = ${topic} and partition = ${partition ?? ""}`;
    const [{ cursor = 0 } = {}] = await sql<{ cursor: number }[]>`
      select next_offset::int as cursor from projection_cursors
      where topic = ${topic} and partition = ${partition ?? ""}`;
    await back(Number(offset) - cursor);
    const mend = await replaced(5);
    const result = await reconcile(env);
    const { inFlight } = await readCounts(env);
    await mend();
    await back(cursor - Number(offset));
    expect(differing(result)).toEqual([]);
    expect(result.checks.find(({ compared }) => compared === raw)?.notes).toEqual([
      expect.stringMatching(/^\d+ rows lie above their cursor, on their way$/),
    ]);
    expect(inFlight).toBe(cursor - Number(offset));
  });
});

describe("redrive", () => {
  const processed = (...numbers: number[]) => sql`
    select transaction.transaction_id, transaction.partition, transaction.user_id, transaction.record_offset,
      redrive.attempt, redrive.mended
    from processed_transactions as transaction inner join redrives as redrive using (topic, partition, record_offset)
    where transaction_id = any(${numbers.map(uuidOf)}::text[]::uuid[]) order by transaction_id`;

  test("puts a transaction back on its own topic and partition, where it is decided once, at its new offset", async () => {
    const since = await fromNowOn();
    // Five minutes ahead are forgiven; two seconds later this one is no further ahead than that.
    const early = cardTransaction(300, { user_id: "e", timestamp: (Date.now() + 302_000) / 1000 });
    const [first] = await sent(transactionRecord(early), record(application("r-1", { credit_score: 1 })));
    await sql`select pg_sleep(2.1)`;
    const only = [...since, "--topic", topic];
    expect((await redriven(...only, "--dry-run")).groups).toEqual([
      { source_topic: topic, reason: "invalid_timestamp", count: 1 },
    ]);
    expect(await redriven(...only)).toMatchObject({ selected: 1, put_back: 1 });
    expect(await redriven(...only)).toMatchObject({ put_back: 0, put_back_before: 1 });
    const [row, ...others] = await processed(300);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ partition: first?.partition, attempt: 2, mended: false });
    expect(Number(row?.record_offset)).toBeGreaterThan(Number(first?.offset));
  });

  test("puts what ingest refused on the partition of its user, mended, and a repeat of it is a duplicate", async () => {
    const since = await fromNowOn();
    const file = join(home.dir, "transactions.ndjson");
    const letter = writeDeadLetter({
      ...{ id: "in-1", stage: "ingest" as const, sourceTopic: topic, source: undefined, attempt: 1 },
      ...{ firstFailedAtMs: Date.now(), scorerVersion: undefined, bytesOmitted: false },
      failures: [{ pointer: "/card_type", check: "invalid_card_type", detail: "card_type is DINERS." }],
    });
    const refused = cardTransaction(301, { user_id: "w", card_type: "DINERS" });
    await sent(transactionRecord(refused, { topic: topics.deadLetters.name, headers: letter }));
    expect(await redriven(...since, "--dry-run")).toMatchObject({ selected: 0 });
    await redriven(...since, "--stage", "ingest", "--export", file);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("DINERS", "AMEX"));
    expect(await redriven("--import", file)).toMatchObject({ put_back: 1, missing: [] });
    expect([...(await processed(301))]).toMatchObject([
      { user_id: "w", partition: partitionForKey("w", topics.transactions.partitions), attempt: 2, mended: true },
    ]);
    await sent(transactionRecord({ ...refused, card_type: "AMEX" }));
    const issues = await sql`
      select check_type from data_quality_issues where failed_record_id = ${uuidOf(301)} order by check_type`;
    expect(issues.map(({ check_type }) => check_type)).toEqual(["duplicate_transaction_id", "invalid_card_type"]);
  });

  test("leaves nothing that reconcile finds, and explain says same of what was put back", async () => {
    expect(differing(await reconcile(env))).toEqual([]);
    for (const number of [103, 300, 301]) {
      const { stdout } = await runProgram(env, "explain", uuidOf(number));
      expect(stdout).toMatch(/Evaluated again: the same/);
    }
  });
});

test("reconcile finds no difference while card transactions come in", async () => {
  const many = Array.from({ length: 6_000 }, (_, number) =>
    transactionRecord(cardTransaction(1_000 + number, { user_id: `m-${number % 50}` })),
  );
  let isSent = false;
  const sending = sent(...many).finally(() => {
    isSent = true;
  });
  let rounds = 0;
  while (!isSent) {
    expect(differing(await reconcile(env))).toEqual([]);
    rounds += 1;
  }
  await sending;
  expect(rounds).toBeGreaterThan(1);
  const result = await reconcile(env);
  expect(differing(result)).toEqual([]);
  expect(figuresOf(result)[raw]?.[1]).toBeGreaterThan(many.length);
});
