import { describe, expect, test } from "vitest";
import { application, nowMs, record, transaction, uuidOf } from "../test/records.ts";
import { applicationIdIn, applicationReader, transactionIdIn, transactionReader } from "./read.ts";

const read = applicationReader((userId) => (userId === "u" ? 0 : 3), "0.1.0");

test("a third party's record without a key, with an integer id and a float epoch, is a candidate without a flaw", () => {
  const raw = record(5, application(1234, { user_id: "u", timestamp: 1_767_225_600.25 }), { key: null });
  expect(read(raw, nowMs)).toMatchObject({
    kind: "candidate",
    offset: 5n,
    tMs: nowMs,
    id: "1234",
    event: { application_id: "1234", timestamp_ms: 1_767_225_600_250 },
    flaws: [],
  });
});

test("what was forgiven is told: an unknown field, a naive time, another partition than the user's", () => {
  const raw = record(0, application(1, { user_id: "v", timestamp: "2026-01-01 00:00:00", extra: 1 }));
  expect(read(raw, nowMs)).toMatchObject({
    kind: "candidate",
    flaws: ["unknown_field", "naive_timestamp", "misrouted_key"],
  });
});

test("a time ahead of the broker's is judged by the broker's clock", () => {
  const raw = record(0, application(1, { timestamp: nowMs / 1000 + 301 }));
  expect(read(raw, nowMs)).toMatchObject({ kind: "faulty", record: { failures: [{ check: "invalid_timestamp" }] } });
  expect(read(raw, nowMs + 2_000)).toMatchObject({ kind: "candidate" });
});

describe("a bad record keeps its bytes and names every failed check", () => {
  test("under its own id where that can be read", () => {
    const raw = record(7, application(42, { credit_score: null, loan_amount: -1 }));
    expect(read(raw, nowMs)).toMatchObject({
      kind: "faulty",
      record: {
        recordId: "42",
        stage: "scorer",
        failures: [{ check: "missing_credit_score" }, { check: "invalid_loan_amount" }],
        kept: { key: raw.key, value: raw.value },
      },
    });
  });

  test("else under its place in the stream", () => {
    expect(read(record(7, { application_id: "a b" }), nowMs)).toMatchObject({
      record: { recordId: "credit_applications/0/7" },
    });
  });

  test.each([
    ["no value (a tombstone)", null, "empty_record"],
    ["an empty value", Buffer.alloc(0), "empty_record"],
    ["half a JSON text", Buffer.from('{"application_id":'), "invalid_json"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "invalid_json"],
    ["Avro", Buffer.from([0, 0, 0, 0, 7, 2]), "invalid_json"],
    ["a list", [application(1)], "invalid_record"],
    ["a number", 5, "invalid_record"],
    ["JSON null", Buffer.from("null"), "invalid_record"],
  ])("%s", (_, value, check) => {
    const draft = read(record(7, value), nowMs);
    expect(draft).toMatchObject({ kind: "faulty", record: { failures: [{ pointer: "", check }] } });
  });
});

test("a record nested without end is refused, not a crash", () => {
  const value = Buffer.from(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`);
  expect(read(record(0, value), nowMs)).toMatchObject({ kind: "faulty" });
});

test.each([[null], [undefined], [5], ["text"], [[]], [{ application_id: {} }]])("%j has no id", (value) => {
  expect(applicationIdIn(value)).toBeUndefined();
});

describe("card transactions", () => {
  const readTransaction = transactionReader(() => 0, "0.1.0");
  const topic = { topic: "transactions" };

  test("are candidates under their own id, in lower case", () => {
    const raw = record(3, transaction(1, { transaction_id: uuidOf(1).toUpperCase() }), topic);
    expect(readTransaction(raw, nowMs)).toMatchObject({
      kind: "candidate",
      id: uuidOf(1),
      event: { amount_minor: 4_000 },
      flaws: [],
    });
  });

  test("of the classic producer are served: every value a text, a time without an offset, no key", () => {
    const row = { credit_score: "712", amount: "12.50", is_fraud: "True", timestamp: "2026-01-01T09:30:00.123456" };
    const raw = record(3, transaction(1, row), { ...topic, key: null });
    expect(readTransaction(raw, nowMs)).toMatchObject({
      kind: "candidate",
      event: { credit_score: 712, amount_minor: 12_50, is_fraud: true },
      flaws: ["naive_timestamp", "text_value"],
    });
  });

  test("that break their contract are kept, under their own id where that can be read", () => {
    const bad = record(3, transaction(1, { amount: -1, card_type: "DINERS" }), topic);
    expect(readTransaction(bad, nowMs)).toMatchObject({
      kind: "faulty",
      record: { recordId: uuidOf(1), failures: [{ check: "invalid_amount" }, { check: "invalid_card_type" }] },
    });
    const nameless = record(3, transaction(1, { transaction_id: 7 }), topic);
    expect(readTransaction(nameless, nowMs)).toMatchObject({ record: { recordId: "transactions/0/3" } });
    expect(transactionIdIn(null)).toBeUndefined();
  });
});
