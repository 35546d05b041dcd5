import { expect, onTestFinished, test } from "vitest";
import { applicationEvents, connectCommitter, connectPostgres, migrate } from "../src/postgres/index.ts";
import { counts, faulty, newDatabase, scored, take } from "./support.ts";

const { copies } = applicationEvents;

async function newCommitter(connectionsMax = 1) {
  const url = await newDatabase();
  await migrate(url, "creditdb");
  const sql = connectPostgres(url, { app: "stores-tests" });
  const committer = connectCommitter(url, { app: "stores-tests-commits", connectionsMax });
  onTestFinished(async () => {
    await committer.end();
    await sql.end();
  });
  const cut = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'stores-tests-commits'
      and datname = current_database()`;
  return { sql, committer, cut };
}

test("a connection serves on after a commit that was refused, in whichever of its tables", async () => {
  const { sql, committer } = await newCommitter();
  const held = await take(sql);
  const refusals = [
    { scored: [scored(0n, { credit_score: 299 }), scored(1n)], faulty: [faulty(2n)], code: "23514" },
    { scored: [scored(0n)], faulty: [faulty(1n), faulty(1n)], code: "23505" },
    { scored: [scored(0n, { user_id: "\0" })], faulty: [faulty(1n)], code: "22021" },
  ];
  for (const { code, ...records } of [...refusals, ...refusals]) {
    await expect(committer.commit(held, { next: 3n, maxTMs: 1_002, ...records }, copies)).rejects.toMatchObject({
      code,
    });
    expect(await counts(sql)).toEqual({ scores: 0, failed: 0, issues: 0 });
  }
  await committer.commit(held, { next: 2n, maxTMs: 1_001, scored: [scored(0n)], faulty: [faulty(1n)] }, copies);
  expect(await counts(sql)).toEqual({ scores: 1, failed: 1, issues: 1 });
});

test("a commit whose connection is cut fails as unanswered, and the next one has a new connection", async () => {
  const { sql, committer, cut } = await newCommitter();
  const held = await take(sql);
  const lock = sql.begin(async (transaction) => {
    await transaction`lock table credit_scores in access exclusive mode`;
    const committing = committer.commit(held, { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] }, copies);
    const told = committing.catch((error: unknown) => error);
    await expect.poll(cut).toHaveLength(1);
    return told;
  });
  expect(await lock).toMatchObject({ code: expect.stringMatching(/^(57P01|08006)$/) });
  await committer.commit(held, { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] }, copies);
  expect(await counts(sql)).toEqual({ scores: 1, failed: 0, issues: 0 });
});

test("idle connections that are cut never end the process, and commits go on", async () => {
  const { sql, committer, cut } = await newCommitter();
  let held = await take(sql);
  for (let offset = 0n; offset < 20n; offset += 1n) {
    const settlement = { next: offset + 1n, maxTMs: 1_000, scored: [scored(offset)], faulty: [] };
    // A cut that the pool has not heard of yet is met by the commit, which is tried again as the scorer does.
    const attempt = () => committer.commit(held, settlement, copies);
    await attempt().catch(attempt);
    held = { ...held, nextOffset: settlement.next };
    await cut();
  }
  expect(await counts(sql)).toEqual({ scores: 20, failed: 0, issues: 0 });
});

test("a server that is away is told by an error with a code", async () => {
  const committer = connectCommitter("postgres://u:p@127.0.0.1:1/creditdb", { app: "stores-tests", connectionsMax: 1 });
  onTestFinished(() => committer.end());
  const held = { topic: "t", partition: 0, epoch: 1n, nextOffset: 0n, projectedOffset: 0n, maxTMs: 0 };
  const settlement = { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] };
  await expect(committer.commit(held, settlement, copies)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("commits of several partitions run side by side", async () => {
  const { sql, committer } = await newCommitter(2);
  const [first, second] = [await take(sql), await take(sql, { partition: 1 })];
  const settlement = { next: 1n, maxTMs: 1_000, faulty: [] };
  let settled = false;
  await sql.begin(async (transaction) => {
    await transaction`select from stream_offsets where partition = 0 for update`;
    const waiting = committer.commit(first, { ...settlement, scored: [scored(0n)] }, copies).then(() => {
      settled = true;
    });
    await committer.commit(second, { ...settlement, scored: [scored(0n, { application_id: "b" })] }, copies);
    expect(settled).toBe(false);
    return { waiting };
  });
  await expect.poll(() => settled).toBe(true);
  expect(await counts(sql)).toEqual({ scores: 2, failed: 0, issues: 0 });
});
