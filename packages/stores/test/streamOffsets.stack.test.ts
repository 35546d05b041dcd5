import { describe, expect, test } from "vitest";
import { committedOffset, Fenced, recordProjected, SourceChanged } from "../src/postgres/index.ts";
import { commitSettlement, counts, faulty, newCreditdb, openClient, scored, take } from "./support.ts";

const batch = { next: 2n, maxTMs: 1_001, scored: [scored(0n)], faulty: [faulty(1n)] };

describe("taking a partition", () => {
  test("one never seen before begins at its first offset, under epoch 1", async () => {
    const sql = await newCreditdb();
    expect(await take(sql, { firstOffset: 40n })).toEqual({
      topic: "applications",
      partition: 0,
      epoch: 1n,
      nextOffset: 40n,
      projectedOffset: 40n,
      maxTMs: 0,
    });
  });

  test("again raises the epoch and goes on where the last commit stands, wherever the topic begins by now", async () => {
    const sql = await newCreditdb();
    await commitSettlement(sql, await take(sql), batch);
    expect(await take(sql, { firstOffset: 99n })).toMatchObject({
      epoch: 2n,
      nextOffset: 2n,
      projectedOffset: 0n,
      maxTMs: 1_001,
    });
  });

  test("by many processes at once gives each its own epoch", async () => {
    const sql = await newCreditdb();
    const held = await Promise.all(Array.from({ length: 8 }, () => take(sql)));
    expect(held.map(({ epoch }) => Number(epoch)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("from a holder whose commit stands still ends that commit, which then has written nothing", async () => {
    const sql = await newCreditdb();
    const before = await take(sql);
    const stopped = await openClient(sql);
    const ended = new Promise((resolve) => stopped.once("error", ({ code }: { code?: string }) => resolve(code)));
    await stopped.query("begin");
    await stopped.query("select advance_stream_offset('applications', 0, $1, 0, 7, 1)", [String(before.epoch)]);
    expect(await take(sql)).toMatchObject({ epoch: 2n, nextOffset: 0n });
    expect(await ended).toBe("57P01");
  });

  test("of a topic that was made again is refused, and its offsets stay", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    await expect(take(sql, { topicId: "id-2" })).rejects.toBeInstanceOf(SourceChanged);
    expect(await committedOffset(sql, held)).toBe(0n);
  });
});

describe("the fence", () => {
  test("a holder whose partition was taken writes nothing at all", async () => {
    const sql = await newCreditdb();
    const before = await take(sql);
    const now = await take(sql);
    await expect(commitSettlement(sql, before, batch)).rejects.toBeInstanceOf(Fenced);
    await expect(recordProjected(sql, before, 0n)).rejects.toBeInstanceOf(Fenced);
    await expect(committedOffset(sql, before)).rejects.toBeInstanceOf(Fenced);
    expect(await counts(sql)).toEqual({ scores: 0, failed: 0, issues: 0 });
    expect(await committedOffset(sql, now)).toBe(0n);
  });

  test("a batch is committed once: from an offset that was passed nothing is written", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    await commitSettlement(sql, held, batch);
    const again = { ...batch, scored: [scored(0n, { application_id: "another" })] };
    await expect(commitSettlement(sql, held, again)).rejects.toBeInstanceOf(Fenced);
    expect(await counts(sql)).toEqual({ scores: 1, failed: 1, issues: 1 });
  });

  test("of two holders that commit at once, only the one that took the partition last succeeds", async () => {
    const sql = await newCreditdb();
    const before = await take(sql);
    const now = await take(sql);
    const [old, current] = await Promise.allSettled([
      commitSettlement(sql, before, batch),
      commitSettlement(sql, now, batch),
    ]);
    expect([old?.status, current?.status]).toEqual(["rejected", "fulfilled"]);
    expect(await committedOffset(sql, now)).toBe(2n);
  });
});

test("committedOffset tells whether a commit whose answer was lost took effect", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  expect(await committedOffset(sql, held)).toBe(0n);
  await commitSettlement(sql, held, batch);
  expect(await committedOffset(sql, held)).toBe(batch.next);
});

test("the projected offset never falls and never passes what is committed", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  await commitSettlement(sql, held, batch);
  await recordProjected(sql, held, 2n);
  await recordProjected(sql, held, 1n);
  await expect(recordProjected(sql, held, 3n)).rejects.toMatchObject({ code: "23514" });
  expect(await take(sql)).toMatchObject({ projectedOffset: 2n });
});
