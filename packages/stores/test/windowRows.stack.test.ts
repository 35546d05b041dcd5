import { expect, test } from "vitest";
import { applicationEvents, firstOffsetAfter, readWindowRows, type WindowReads } from "../src/postgres/index.ts";
import { commitSettlement, newCreditdb, scored, take } from "./support.ts";

const { windows } = applicationEvents;
const nothing: WindowReads = { columns: [], attributes: [] };

/** A partition whose offsets `[0, 3 * count)` hold an application at every third place, ten milliseconds a place. */
async function sparsePartition(count: number) {
  const sql = await newCreditdb();
  const held = await take(sql);
  const next = BigInt(3 * count);
  const records = Array.from({ length: count }, (_, i) => ({ ...scored(BigInt(3 * i + 1)), tMs: 10 * (3 * i + 1) }));
  await commitSettlement(sql, held, { next, maxTMs: 30 * count, scored: records, faulty: [] });
  return { sql, held, all: { from: 0n, to: next } };
}

test("the first offset after a time is found among gaps, before, between, on and after the times there are", async () => {
  const { sql, held, all } = await sparsePartition(40);
  for (const tMs of [0, 9, 10, 11, 39, 40, 500, 1_179, 1_180, 1_181, 9_999]) {
    const { rows } = await readWindowRows(sql, windows, held, all, nothing, 100);
    const first = await firstOffsetAfter(sql, windows, held, tMs, all);
    const { rows: after } = await readWindowRows(sql, windows, held, { ...all, from: first }, nothing, 100);
    expect(after).toEqual(rows.filter((row) => row.tMs > tMs));
  }
  expect(await firstOffsetAfter(sql, windows, held, 0, { from: 5n, to: 5n })).toBe(5n);
  expect(await firstOffsetAfter(sql, windows, { ...held, partition: 1 }, 0, all)).toBe(0n);
});

test("of ties in time all are before the first offset, or none", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  const records = Array.from({ length: 9 }, (_, i) => ({ ...scored(BigInt(i)), tMs: Math.floor(i / 3) }));
  await commitSettlement(sql, held, { next: 9n, maxTMs: 2, scored: records, faulty: [] });
  const firsts = [-1, 0, 1, 2].map((tMs) => firstOffsetAfter(sql, windows, held, tMs, { from: 0n, to: 9n }));
  expect(await Promise.all(firsts)).toEqual([0n, 3n, 6n, 9n]);
});

test("rows are read in parts without a gap or a repeat, within the range and the partition only", async () => {
  const { sql, held } = await sparsePartition(40);
  const times: number[] = [];
  const range = { from: 4n, to: 100n };
  const parts: bigint[] = [];
  while (range.from < range.to) {
    const { rows, next } = await readWindowRows(sql, windows, held, range, nothing, 7);
    times.push(...rows.map((row) => row.tMs));
    parts.push(next);
    range.from = next;
  }
  expect(times).toEqual(Array.from({ length: 32 }, (_, i) => 10 * (3 * (i + 1) + 1)));
  expect(parts).toEqual([23n, 44n, 65n, 86n, 100n]);
  expect(await readWindowRows(sql, windows, { ...held, topic: "other" }, { from: 0n, to: 9n }, nothing, 7)).toEqual({
    rows: [],
    next: 9n,
  });
});

test("what was asked for comes back as it was recorded, and nothing else does", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  const full = scored(0n, {
    applicant: { age: 30, region: "CA", name: "N" },
    device_id: "d",
    score: { model: "FICO 8" },
    consent: { automated_decision: true, analytics: false },
    attributes: { dti: 12.5, purpose: "it's", owner: true, big: 123_456_789_012.345, other: 1 },
    loan_amount_minor: 999_999_999_999,
  });
  await commitSettlement(sql, held, { next: 2n, maxTMs: 1_001, scored: [full, scored(1n)], faulty: [] });
  const attributes = ["dti", "purpose", "owner", "big", "absent"];
  const columns = [
    "device_id",
    "applicant_age",
    "applicant_region",
    "score_model",
    "consent_automated_decision",
    "consent_analytics",
  ] as const;
  const { rows } = await readWindowRows(sql, windows, held, { from: 0n, to: 2n }, { columns, attributes }, 9);
  expect(rows).toEqual([
    {
      tMs: 1_000,
      user_id: "u",
      credit_score: 700,
      loan_amount_minor: 999_999_999_999,
      device_id: "d",
      applicant: { age: 30, region: "CA" },
      score: { model: "FICO 8" },
      consent: { automated_decision: true, analytics: false },
      attributes: { dti: 12.5, purpose: "it's", owner: true, big: 123_456_789_012.345, absent: null },
    },
    expect.objectContaining({
      loan_amount_minor: 125_050,
      device_id: undefined,
      applicant: { age: undefined, region: undefined },
      attributes: { dti: null, purpose: null, owner: null, big: null, absent: null },
    }),
  ]);
  const { rows: narrow } = await readWindowRows(sql, windows, held, { from: 0n, to: 1n }, nothing, 9);
  expect(narrow[0]).toMatchObject({ loan_amount_minor: 999_999_999_999, device_id: undefined, attributes: undefined });
});
