import { describe, expect, test } from "vitest";
import { commitsChannel } from "../src/postgres/commits.ts";
import {
  advanceCursor,
  applicationEvents,
  committedOffset,
  Fenced,
  firstOffsetAfter,
  readCommitted,
  readCursor,
  readWindowRows,
  transactionEvents,
} from "../src/postgres/index.ts";
import {
  commitSettlement,
  commitTo,
  counts,
  faulty,
  kept,
  newCreditdb,
  scored,
  scoredTransaction,
  take,
} from "./support.ts";

// What COPY's text format, array literals, JSON and SQL each give a meaning of their own.
const nasty = [
  "tab\there",
  "line\nfeed",
  "carriage\rreturn",
  "back\\slash",
  "\\N",
  "\\.",
  "\\t",
  "\\\\x41",
  'quote"d',
  "it's",
  "{a,b}",
  "NULL",
  "null",
  ",",
  " ",
  "  padded  ",
  "\b\f\v\x01\x7f",
  "Zoë 😀 \u2028 \ufeff \u202e \u{10ffff}",
  "%s $1 ?",
];

describe("every value comes back as it went in", () => {
  test("text of any content, in a column, an array, the attributes and an issue", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const count = nasty.length;
    const good = nasty.map((value, index) =>
      scored(BigInt(index), {
        user_id: value,
        applicant: { name: value },
        device_id: value,
        score: { key_factors: [value, "plain", value] },
        attributes: { purpose: value },
      }),
    );
    const bad = nasty.map((value, index) =>
      faulty(BigInt(count + index), {
        failures: [{ pointer: value, check: "unclassified", detail: value }],
        recordId: value,
        kept: kept({ key: Buffer.from(value), value: Buffer.from(value), headers: [[value, Buffer.from(value)]] }),
      }),
    );
    const next = BigInt(2 * count);
    await commitSettlement(sql, held, { next, maxTMs: 1_000 + 2 * count, scored: good, faulty: bad });
    const rows = await sql`
      select user_id, applicant_name, device_id, score_key_factors, attributes
      from credit_scores order by record_offset`;
    expect(rows).toEqual(
      nasty.map((value) => ({
        user_id: value,
        applicant_name: value,
        device_id: value,
        score_key_factors: [value, "plain", value],
        attributes: { purpose: value },
      })),
    );
    expect((await readCommitted(sql, applicationEvents, held, { from: 0n, to: next })).faulty).toEqual(bad);
  });

  test("absent is null, and empty is not", async () => {
    const sql = await newCreditdb();
    const empty = { applicant: {}, score: { key_factors: [] }, attributes: {}, device_id: "" };
    const records = [scored(0n), scored(1n, empty)];
    await commitSettlement(sql, await take(sql), { next: 2n, maxTMs: 1_001, scored: records, faulty: [] });
    const rows = await sql`
      select applicant_name, device_id, score_key_factors, score_date, attributes, consent_analytics, fraud_reason
      from credit_scores order by record_offset`;
    const absent = { applicant_name: null, score_date: null, consent_analytics: null, fraud_reason: null };
    expect(rows).toEqual([
      { ...absent, device_id: null, score_key_factors: null, attributes: null },
      { ...absent, device_id: "", score_key_factors: [], attributes: {} },
    ]);
  });

  test("amounts, times, days, flags and numbers are exact", async () => {
    const sql = await newCreditdb();
    const records = [1, 10, 125_050, 999_999_999_999].map((loan_amount_minor, index) =>
      scored(BigInt(index), {
        loan_amount_minor,
        applicant: { age: 0 },
        score: { date: "2024-02-29" },
        consent: { automated_decision: true, analytics: false },
        attributes: { large: 1e300, small: -0.1, exact: 9_007_199_254_740_991, yes: true },
      }),
    );
    await commitSettlement(sql, await take(sql), { next: 4n, maxTMs: 1_003, scored: records, faulty: [] });
    const rows = await sql`
      select loan_amount::text, submitted_at, applicant_age, score_date::text, consent_automated_decision,
        consent_analytics, attributes from credit_scores order by record_offset`;
    expect(rows.map(({ loan_amount }) => loan_amount)).toEqual(["0.01", "0.10", "1250.50", "9999999999.99"]);
    expect(rows[0]).toMatchObject({
      submitted_at: new Date("2026-01-31T09:30:00.125Z"),
      applicant_age: 0,
      score_date: "2024-02-29",
      consent_automated_decision: true,
      consent_analytics: false,
      attributes: { large: 1e300, small: -0.1, exact: 9_007_199_254_740_991, yes: true },
    });
  });

  test("a bad record's bytes are kept, whatever they are: every byte, none, absent", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const records = [
      kept({
        key: every,
        value: every,
        headers: [
          ["a", every],
          ["a", Buffer.alloc(0)],
          ["\0", every],
        ],
      }),
      kept({ key: Buffer.alloc(0), value: Buffer.alloc(0), attempt: 9_999, firstFailedAtMs: 0 }),
      kept({ key: null, value: null, scorerVersion: undefined }),
    ].map((record, index) => faulty(BigInt(index), { kept: record }));
    await commitSettlement(sql, held, { next: 3n, maxTMs: 1_002, scored: [], faulty: records });
    expect((await readCommitted(sql, applicationEvents, held, { from: 0n, to: 3n })).faulty).toEqual(records);
  });
});

describe("a commit is whole or nothing", () => {
  test("a repeated application_id leaves no row, no issue and the offset where it was", async () => {
    const sql = await newCreditdb();
    const first = await take(sql);
    await commitSettlement(sql, first, { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] });
    const other = await take(sql, { partition: 1 });
    const repeat = [scored(0n, { application_id: "new" }), scored(1n, { application_id: "a-0" })];
    const settlement = { next: 3n, maxTMs: 1_002, scored: repeat, faulty: [faulty(2n)] };
    await expect(commitSettlement(sql, other, settlement)).rejects.toMatchObject({
      code: "23505",
      constraint: "credit_scores_pkey",
    });
    expect(await counts(sql)).toEqual({ scores: 1, failed: 0, issues: 0 });
    expect(await committedOffset(sql, other)).toBe(0n);
  });

  test("a row that breaks a rule of the table leaves nothing, and the pool serves on", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const bad = { next: 2n, maxTMs: 1_001, scored: [scored(0n), scored(1n, { credit_score: 299 })], faulty: [] };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await expect(commitSettlement(sql, held, bad)).rejects.toMatchObject({ code: "23514" });
    }
    await commitSettlement(sql, held, { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] });
    expect(await counts(sql)).toEqual({ scores: 1, failed: 0, issues: 0 });
  });

  test("a batch of thousands is one transaction", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const records = Array.from({ length: 5_000 }, (_, offset) => scored(BigInt(offset)));
    await commitSettlement(sql, held, { next: 5_000n, maxTMs: 5_999, scored: records, faulty: [] });
    const [row] =
      await sql`select count(*)::int as rows, count(distinct xmin::text)::int as transactions from credit_scores`;
    expect(row).toEqual({ rows: 5_000, transactions: 1 });
  });
});

test("a commit is told with where it stands, and one that fails is not told", async () => {
  const sql = await newCreditdb();
  const told: string[] = [];
  await sql.listen(commitsChannel, (payload) => told.push(payload));
  const before = await take(sql, { partition: 3 });
  const held = await take(sql, { partition: 3 });
  const settlement = { next: 2n, maxTMs: 1_001, scored: [scored(0n)], faulty: [] };
  await expect(commitSettlement(sql, before, settlement)).rejects.toBeInstanceOf(Fenced);
  const bad = [scored(0n, { credit_score: 299 })];
  await expect(commitSettlement(sql, held, { ...settlement, scored: bad })).rejects.toMatchObject({ code: "23514" });
  await commitSettlement(sql, held, settlement);
  await commitSettlement(sql, { ...held, nextOffset: 2n }, { next: 9n, maxTMs: 1_002, scored: [], faulty: [] });
  await expect.poll(() => told).toEqual(["applications:3:2", "applications:3:9"]);
});

test("what a decision rests on is recorded with it", async () => {
  const sql = await newCreditdb();
  const record = scored(0n);
  const detail = {
    code: "TOO_MANY_APPLICATIONS",
    literal: "velocity/0",
    clause: "velocity",
    test: "applications_1h > 3",
    values: { applications_1h: 4 },
    threshold: 3,
  } as const;
  record.decision = {
    ...record.decision,
    policyStatus: "Under Review",
    reasonDetails: [detail],
    features: { applications_1h: 4, requested_24h: 1250.5 },
    exceptionId: "e-1",
  };
  await commitSettlement(sql, await take(sql), { next: 1n, maxTMs: 1_000, scored: [record], faulty: [] });
  const [row] = await sql`
    select policy_status, approval_status, reason_details, features, exception_id from credit_scores`;
  expect(row).toEqual({
    policy_status: "Under Review",
    approval_status: "Approved",
    reason_details: [detail],
    features: { applications_1h: 4, requested_24h: 1250.5 },
    exception_id: "e-1",
  });
});

describe("what was committed", () => {
  test("is read back as it was settled, in offset order and within the range", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const fraud = scored(3n);
    fraud.decision = {
      isFraud: true,
      fraudRules: ["one", "two"],
      fraudReason: "Risky transaction",
      riskLevel: "High",
      policyStatus: "Rejected",
      approvalStatus: "Rejected",
      reasonDetails: [],
      features: {},
      exceptionId: undefined,
      reasons: ["SUSPECTED_FRAUD"],
      policyVersion: "test@1",
    };
    const issue = (number: number) => ({ pointer: `/f${number}`, check: `invalid_f${number}`, detail: `f${number}.` });
    const failures = Array.from({ length: 12 }, (_, number) => issue(number));
    const settled = [faulty(1n, { failures }), faulty(4n)];
    const duplicate = faulty(2n, { kept: undefined });
    await commitSettlement(sql, held, {
      next: 5n,
      maxTMs: 1_004,
      scored: [fraud, scored(0n)],
      faulty: [...settled, duplicate],
    });
    const all = await readCommitted(sql, applicationEvents, held, { from: 0n, to: 5n });
    const { application_id, user_id, credit_score, loan_amount_minor } = fraud.application;
    const { policyStatus, reasonDetails, features, exceptionId, ...projected } = fraud.decision;
    expect(all.scored.map(({ offset }) => offset)).toEqual([0n, 3n]);
    expect(all.scored[1]).toEqual({
      ...fraud,
      application: { application_id, user_id, credit_score, loan_amount_minor },
      decision: projected,
    });
    expect(all.faulty).toEqual(settled);
    const part = await readCommitted(sql, applicationEvents, held, { from: 1n, to: 3n });
    expect(part).toEqual({ scored: [], faulty: [settled[0]] });
    expect(await readCommitted(sql, applicationEvents, { ...held, partition: 1 }, { from: 0n, to: 5n })).toEqual({
      scored: [],
      faulty: [],
    });
  });

  test("tells which ids are recorded, for any number of them", async () => {
    const sql = await newCreditdb();
    await commitSettlement(sql, await take(sql), { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] });
    const many = Array.from({ length: 70_000 }, (_, i) => `a-${i}`);
    expect(await applicationEvents.recordedIds(sql, many)).toEqual(new Set(["a-0"]));
    expect(await applicationEvents.recordedIds(sql, [])).toEqual(new Set());
  });
});

describe("card transactions", () => {
  test("come back as they went in, their labels and findings too, and nobody else's rows with them", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const flagged = {
      ...scoredTransaction(1n, {
        amount_minor: 999_999_999_999,
        location: nasty.join(" "),
        merchant: "it's \\N",
        card_type: "AMEX" as const,
        risk_level: "High" as const,
        is_fraud: false,
      }),
      finding: {
        flagged: true,
        fraudRules: ["a", "b"],
        fraudReason: "Odd",
        features: { spent_24h: 12.5 },
        policyVersion: "test@2",
      },
    };
    const settlement = { next: 4n, maxTMs: 1_003, scored: [flagged, scoredTransaction(0n)], faulty: [faulty(2n)] };
    await commitTo(sql, transactionEvents, held, settlement);
    const all = await readCommitted(sql, transactionEvents, held, { from: 0n, to: 4n });
    expect(all).toEqual({ scored: [scoredTransaction(0n), flagged], faulty: [faulty(2n)] });
    expect(await readCommitted(sql, transactionEvents, held, { from: 2n, to: 4n })).toMatchObject({ scored: [] });
    const ids = [flagged.transaction.transaction_id, "00000000-0000-4000-8000-00000000ffff"];
    expect(await transactionEvents.recordedIds(sql, ids)).toEqual(new Set([ids[0]]));
    expect(await counts(sql)).toEqual({ scores: 0, failed: 1, issues: 1 });
  });

  test("are read back for windows by what a policy names", async () => {
    const sql = await newCreditdb();
    const held = await take(sql);
    const scored = [scoredTransaction(0n), scoredTransaction(1n, { amount_minor: 5_00, device_id: "d-2" })];
    await commitTo(sql, transactionEvents, held, { next: 2n, maxTMs: 1_001, scored, faulty: [] });
    const range = { from: 0n, to: 2n };
    const read = (columns: string[]) =>
      readWindowRows(sql, transactionEvents.windows, held, range, { columns, attributes: [] }, 9);
    expect((await read(["amount", "device_id"])).rows).toEqual([
      expect.objectContaining({ tMs: 1_000, user_id: "u", amount_minor: 19_99, device_id: "d-1" }),
      expect.objectContaining({ tMs: 1_001, amount_minor: 5_00, device_id: "d-2" }),
    ]);
    expect((await read(["merchant", "credit_score"])).rows[0]).toMatchObject({ merchant: "Grocer", credit_score: 700 });
    expect(await firstOffsetAfter(sql, transactionEvents.windows, held, 1_000, range)).toBe(1n);
  });
});

test("a cursor of its own pace begins where its partition does, rises, and never falls", async () => {
  const sql = await newCreditdb();
  const place = await take(sql, { firstOffset: 7n });
  expect(await readCursor(sql, "raw", place)).toBe(7n);
  await advanceCursor(sql, "raw", place, 20n);
  await advanceCursor(sql, "raw", place, 12n);
  expect(await readCursor(sql, "raw", place)).toBe(20n);
  expect(await readCursor(sql, "other", place)).toBe(7n);
});
