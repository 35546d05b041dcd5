import { deadLetterHeaders, topics } from "@scoreline/contracts";
import { MemoryProducer } from "@scoreline/kafka/memory";
import { alertsOf, connectMongo } from "@scoreline/stores/mongo";
import { type CommittedScore, committedOffset, type Database, Fenced, takePartition } from "@scoreline/stores/postgres";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { createProjectors, type Projector } from "../src/projections.ts";
import { losingAnswers, withOthers } from "./faults.ts";
import { application, nowMs, record } from "./records.ts";
import { issuesOf, newCreditdb, newWorker } from "./support.ts";
import { until } from "./until.ts";

const unavailable = () => Object.assign(new Error("away"), { code: "ECONNREFUSED" });

async function idsOf(sql: Database): Promise<string[]> {
  const rows = await sql<{ application_id: string }[]>`
    select application_id from credit_scores order by partition, record_offset`;
  return rows.map((row) => row.application_id);
}

describe("a row that Postgres refuses", () => {
  test("stands alone in the end and becomes one failed record, and the rest of its batch is scored", async () => {
    const sql = await newCreditdb();
    await sql`alter table credit_scores add check (device_id <> 'unlucky')`;
    const { accept, held, failures, projected } = await newWorker(sql);
    const values = Array.from({ length: 50 }, (_, i) => application(i, i === 13 ? { device_id: "unlucky" } : {}));
    accept(values.map((value, offset) => record(offset, value)));
    await until(() => held.projectedOffset === 50n);
    expect((await idsOf(sql)).length).toBe(49);
    expect(await issuesOf(sql)).toEqual([
      { partition: 0, offset: 13, check_type: "unclassified", failed_record_id: "13" },
    ]);
    expect(projected.flatMap(({ faulty }) => faulty)).toMatchObject([
      { offset: 13n, failures: [{ detail: "The database refused the record (SQLSTATE 23514)." }] },
    ]);
    expect(projected.flatMap(({ scored }) => scored.map(({ offset }) => Number(offset)))).toEqual(
      values.flatMap((_, offset) => (offset === 13 ? [] : [offset])),
    );
    expect(failures).toEqual([]);
  });

  test("is condemned too where it is the words of a bad record that are refused", async () => {
    const sql = await newCreditdb();
    await sql`alter table data_quality_issues add check (check_type <> 'invalid_credit_score')`;
    const { accept, held, failures } = await newWorker(sql);
    accept([record(0, application("a", { credit_score: 1 })), record(1, application("b"))]);
    await until(() => held.projectedOffset === 2n);
    expect(await idsOf(sql)).toEqual(["b"]);
    expect(await issuesOf(sql)).toMatchObject([{ offset: 0, check_type: "unclassified" }]);
    expect(failures).toEqual([]);
  });

  test("stops its partition where every row is refused, since then the fault is not the record's", async () => {
    const sql = await newCreditdb();
    await sql`alter table data_quality_issues add check (partition < 0)`;
    const { accept, held, failures } = await newWorker(sql);
    accept([record(0, Buffer.from("{"))]);
    await until(() => failures.length > 0);
    expect(failures).toMatchObject([{ code: "23514" }]);
    expect(await committedOffset(sql, held)).toBe(0n);
  });
});

test("two partitions that write the same new ids at once end in one row and one issue for each id", async () => {
  const sql = await newCreditdb();
  const workers = await Promise.all([newWorker(sql, { partition: 0 }), newWorker(sql, { partition: 1 })]);
  const count = 600;
  const ids = Array.from({ length: count }, (_, i) => `a-${i}`);
  for (const [partition, { accept }] of workers.entries()) {
    const order = partition === 0 ? ids : ids.toReversed();
    for (let start = 0; start < count; start += 50) {
      const slice = order.slice(start, start + 50);
      accept(slice.map((id, i) => record(start + i, application(id), { partition })));
    }
  }
  await until(() => workers.every(({ held }) => held.projectedOffset === BigInt(count)), 60_000);
  expect((await idsOf(sql)).toSorted()).toEqual(ids.toSorted());
  const issues = await issuesOf(sql);
  expect(issues.map((issue) => issue.failed_record_id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(issues.map((issue) => issue.check_type))).toEqual(new Set(["duplicate_application_id"]));
  expect(workers.flatMap(({ failures }) => failures)).toEqual([]);
});

describe("a repeat of an id is one issue and changes nothing", () => {
  const count = 60;
  const repeats = (first: number, over: object = {}) =>
    Array.from({ length: count }, (_, i) =>
      record(first + i, application(i, over), { timestampMs: nowMs + first + i }),
    );

  async function holds(sql: Database) {
    expect((await idsOf(sql)).toSorted()).toEqual(Array.from({ length: count }, (_, i) => String(i)).toSorted());
    expect(await sql`select distinct credit_score from credit_scores`).toMatchObject([{ credit_score: 700 }]);
    const issues = await issuesOf(sql);
    expect(issues.every((issue) => issue.check_type === "duplicate_application_id")).toBe(true);
    return issues.length;
  }

  test("while the first one is being committed", async () => {
    const sql = await newCreditdb();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { accept, held } = await newWorker(sql, { committing: withOthers(() => released) });
    accept(repeats(0));
    accept(repeats(count, { credit_score: 500 }));
    accept(repeats(2 * count, { credit_score: 400 }));
    await sql`select pg_sleep(0.2)`;
    release();
    await until(() => held.projectedOffset === BigInt(3 * count));
    expect(await holds(sql)).toBe(2 * count);
  });

  test("also where this process has never seen it, and batches behind it were decided already", async () => {
    const sql = await newCreditdb();
    const first = await newWorker(sql, { partition: 1 });
    first.accept(repeats(0).map((each) => ({ ...each, partition: 1 })));
    await until(() => first.held.projectedOffset === BigInt(count));
    const { accept, held, failures } = await newWorker(sql);
    for (const half of [0, 1]) {
      const records = repeats(0, { credit_score: 500 }).slice((half * count) / 2, ((half + 1) * count) / 2);
      accept(records);
    }
    await until(() => held.projectedOffset === BigInt(count));
    expect(await holds(sql)).toBe(count);
    expect(failures).toEqual([]);
  });
});

describe("the fence", () => {
  test("a worker whose partition was taken writes and projects nothing, and says so once", async () => {
    const sql = await newCreditdb();
    const before = await newWorker(sql);
    const now = await newWorker(sql);
    before.accept([record(0, application("a"))]);
    await until(() => before.failures.length > 0);
    expect(before.failures).toEqual([expect.any(Fenced)]);
    expect([await idsOf(sql), before.projected]).toEqual([[], []]);
    now.accept([record(0, application("a"))]);
    await until(() => now.held.projectedOffset === 1n);
    expect(await idsOf(sql)).toEqual(["a"]);
  });

  test("a worker that is fenced off while it projects moves no offset", async () => {
    const sql = await newCreditdb();
    let taken = false;
    const { accept, failures } = await newWorker(sql, { project: () => until(() => taken) });
    accept([record(0, application("a"))]);
    await until(async () => (await idsOf(sql)).length === 1);
    const place = { topic: "credit_applications", partition: 0, topicId: "id", firstOffset: 0n };
    expect(await takePartition(sql, place)).toMatchObject({ nextOffset: 1n, projectedOffset: 0n });
    taken = true;
    await until(() => failures.length > 0);
    expect(failures).toEqual([expect.any(Fenced)]);
    expect(await takePartition(sql, place)).toMatchObject({ projectedOffset: 0n });
  });

  test("a place in the stream that was settled before stops the partition instead of being tried for ever", async () => {
    const sql = await newCreditdb();
    const { accept, held, worker } = await newWorker(sql);
    accept([record(0, application("a"))]);
    await until(() => held.projectedOffset === 1n);
    await worker.drop();
    await sql`update stream_offsets set next_offset = 0, projected_offset = 0`;
    const again = await newWorker(sql);
    again.accept([record(0, application("another"))]);
    await until(() => again.failures.length > 0);
    expect(again.failures).toMatchObject([{ code: "23505" }]);
  });
});

test("a commit whose answer was lost is not written twice, and is not taken for another's", async () => {
  const sql = await newCreditdb();
  const { accept, held, failures, retries, projected } = await newWorker(sql, { committing: losingAnswers(1) });
  accept([record(0, application("a")), record(1, application("b"))]);
  await until(() => held.projectedOffset === 2n);
  accept([record(2, application("c"))]);
  await until(() => held.projectedOffset === 3n);
  expect(await idsOf(sql)).toEqual(["a", "b", "c"]);
  expect(await issuesOf(sql)).toEqual([]);
  expect([retries, failures]).toEqual([["postgres"], []]);
  expect(projected.map(({ scored }) => scored.length)).toEqual([2, 1]);
});

test("a worker whose connections are cut goes on, and nothing is lost or doubled", async () => {
  const sql = await newCreditdb();
  const { accept, held, failures } = await newWorker(sql);
  const cut = async () => {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.catch(() => undefined);
  };
  for (let batch = 0; batch < 20; batch += 1) {
    accept(Array.from({ length: 50 }, (_, i) => record(batch * 50 + i, application(batch * 50 + i))));
    await cut();
  }
  await until(() => held.projectedOffset === 1_000n, 30_000);
  expect(await idsOf(sql)).toEqual(Array.from({ length: 1_000 }, (_, i) => String(i)));
  expect([await issuesOf(sql), failures]).toEqual([[], []]);
});

describe("projections", () => {
  test("a sink that is away is tried again with the same records, and decisions go on until enough wait for it", async () => {
    const sql = await newCreditdb();
    let away = true;
    const project: Projector<CommittedScore> = async () => {
      if (away) throw unavailable();
    };
    const { accept, held, worker, projected, retries } = await newWorker(sql, { project });
    const count = 12_000;
    accept(Array.from({ length: count }, (_, offset) => record(offset, application(offset))));
    await until(async () => retries.length >= 4 && (await idsOf(sql)).length >= 6_000);
    // Two batches wait to be projected, and the one that was under way when they began to.
    expect([(await idsOf(sql)).length, worker.inHand.records]).toEqual([6_000, count]);
    expect([projected, held.projectedOffset]).toEqual([[], 0n]);
    away = false;
    await until(() => held.projectedOffset === BigInt(count));
    const offsets = projected.flatMap(({ scored }) => scored.map(({ offset }) => Number(offset)));
    expect(offsets).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  test("catching up sends every sink exactly what the first projection would have sent", async () => {
    const sql = await newCreditdb();
    const { client, db } = connectMongo(inject("env").MONGO_URL, { app: "scorer-tests" });
    const ids = ["a", "f", "b"].map((name) => `${name}-${crypto.randomUUID()}`);
    const alerts = alertsOf(db);
    onTestFinished(async () => {
      await alerts.deleteMany({ _id: { $in: ids } });
      await client.close();
    });
    const stored = () => alerts.find({ _id: { $in: ids } }).toArray();
    const past = {
      [deadLetterHeaders.attempt]: "3",
      [deadLetterHeaders.firstFailedAt]: new Date(nowMs - 1).toISOString(),
    };
    const putBack = Object.entries(past).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
    const records = [
      record(0, application(ids[0] as string)),
      record(1, application(ids[1] as string, { credit_score: 400, loan_amount: "15000.01" })),
      record(2, Buffer.from([0xff, 0x00, 0x7b]), {
        key: null,
        headers: [...putBack, ["a", Buffer.from([0xff, 0x00])]],
      }),
      record(3, application(ids[0] as string)),
      record(4, application(ids[2] as string, { credit_score: 1, loan_amount: -1, "a/b": 1 })),
      record(5, null),
    ];
    const live = new MemoryProducer();
    const first = await newWorker(sql, { project: createProjectors({ producer: live, db }).applications });
    first.accept(records);
    await until(() => first.held.projectedOffset === 6n);
    const alertsLive = await stored();
    expect(alertsLive).toMatchObject([{ _id: ids[1], loan_amount: 15_000.01, offset: 1, status: "open" }]);
    await alerts.deleteMany({ _id: { $in: ids } });
    await sql`update stream_offsets set projected_offset = 0`;

    expect(live.records(topics.deadLetters.name)[0]?.headers).toEqual(
      expect.arrayContaining([["a", Buffer.from([0xff, 0x00])], ...Object.entries(past)]),
    );

    const late = new MemoryProducer();
    const second = await newWorker(sql, { project: createProjectors({ producer: late, db }).applications });
    second.worker.begin();
    await until(() => second.held.projectedOffset === 6n);
    expect(await stored()).toEqual(alertsLive);
    for (const { name } of [topics.creditDecisions, topics.deadLetters]) {
      expect(live.records(name).length).toBeGreaterThan(1);
      expect(late.records(name)).toEqual(live.records(name));
    }
  });

  test("catching up begins where the projections stand, in bounded parts", async () => {
    const sql = await newCreditdb();
    const first = await newWorker(sql);
    const count = 4_500;
    first.accept(Array.from({ length: count }, (_, offset) => record(offset, application(offset))));
    await until(() => first.held.projectedOffset === BigInt(count), 60_000);
    await sql`update stream_offsets set projected_offset = 100`;
    const second = await newWorker(sql);
    second.worker.begin();
    await until(() => second.held.projectedOffset === BigInt(count));
    const parts = second.projected.map(({ scored }) => scored.map(({ offset }) => Number(offset)));
    expect(parts.map((part) => part.length)).toEqual([...Array(17).fill(250), 150]);
    expect(parts.flat()).toEqual(Array.from({ length: count - 100 }, (_, i) => i + 100));
  });
});

describe("giving a partition up", () => {
  test("drop ends the work at once though a sink is away, and nothing runs afterwards", async () => {
    const sql = await newCreditdb();
    const project: Projector<CommittedScore> = async () => {
      throw unavailable();
    };
    const { accept, worker, retries, failures } = await newWorker(sql, { project });
    accept([record(0, application("a"))]);
    await until(() => retries.length >= 2);
    accept([record(1, application("b")), record(2, application("c"))]);
    await worker.drop();
    const [offsets, tried] = [await sql`select * from stream_offsets`, retries.length];
    await sql`select pg_sleep(0.3)`;
    expect(await sql`select * from stream_offsets`).toEqual(offsets);
    expect([retries.length, failures]).toEqual([tried, []]);
  });

  test("finish completes the batch in hand, its projection included, and leaves the rest to the next holder", async () => {
    const sql = await newCreditdb();
    const { accept, worker, held, projected } = await newWorker(sql);
    accept(Array.from({ length: 5_000 }, (_, offset) => record(offset, application(offset))));
    await worker.finish();
    expect(held).toMatchObject({ nextOffset: 2_000n, projectedOffset: 2_000n });
    expect(projected.map(({ scored }) => scored.length)).toEqual([2_000]);
  });
});

test("the broker's time never falls within a partition, within a batch, over batches and over holders", async () => {
  const sql = await newCreditdb();
  const at = (offset: number, timestampMs: number) => record(offset, application(offset), { timestampMs });
  const first = await newWorker(sql);
  first.accept([at(0, nowMs), at(1, nowMs - 5_000), at(2, nowMs + 1)]);
  await until(() => first.held.projectedOffset === 3n);
  first.accept([at(3, nowMs - 1)]);
  await until(() => first.held.projectedOffset === 4n);
  const second = await newWorker(sql);
  second.accept([at(4, 0), at(5, nowMs + 2)]);
  await until(() => second.held.projectedOffset === 6n);
  const rows = await sql`select t_ms from credit_scores order by record_offset`;
  expect(rows.map(({ t_ms }) => Number(t_ms) - nowMs)).toEqual([0, 0, 1, 1, 1, 2]);
  expect(second.held.maxTMs).toBe(nowMs + 2);
});

test("large bad records are settled in bounded batches", async () => {
  const sql = await newCreditdb();
  const { accept, held, projected } = await newWorker(sql);
  accept(Array.from({ length: 40 }, (_, offset) => record(offset, Buffer.alloc(900_000, "x"))));
  await until(() => held.projectedOffset === 40n, 60_000);
  const commits = await sql`select count(*)::int as rows from failed_records group by xmin::text`;
  expect(commits.map(({ rows }) => rows)).toEqual(Array(20).fill(2));
  expect(Math.max(...projected.map(({ faulty }) => faulty.length))).toBeLessThanOrEqual(6);
});
