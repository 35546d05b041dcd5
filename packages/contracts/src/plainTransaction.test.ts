import { describe, expect, test } from "vitest";
import { TransactionTexts } from "../test/transactionTexts.ts";
import { type Door, judgeTransaction } from "./judge.ts";
import { plainTransaction } from "./plainTransaction.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const required = {
  transaction_id: "0B3A1F6E-5A2D-4C8B-9E7F-1A2B3C4D5E6F",
  user_id: 7,
  amount: 19.99,
  timestamp: "2026-01-31T09:30:00Z",
  location: "Denver, CO",
  merchant: "Books & Co",
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
};

describe("usual records are read without the schema", () => {
  test.each([
    ["the required fields", required],
    ["the sender's labels", { ...required, risk_level: "Low", is_fraud: false }],
    ["text for numbers, where the contract has it", { ...required, user_id: "a.b:c_d-e", amount: "19.90" }],
    ["null for what is absent", { ...required, risk_level: null, is_fraud: null }],
  ])("%s", (_, record) => {
    for (const door of ["http", "topic"] as const) expect(plainTransaction(record, door, nowMs)?.ok).toBe(true);
  });

  test("on a topic, what a CSV's rows are as they stand", () => {
    const row = {
      ...required,
      timestamp: "2026-01-31T09:30:00.123456",
      credit_score: "700",
      is_fraud: "True",
      risk_level: "",
    };
    expect(plainTransaction(row, "topic", nowMs)).toMatchObject({
      value: { credit_score: 700, is_fraud: true },
      forgiven: { naiveTimestamp: true, textValues: ["credit_score", "is_fraud"] },
    });
    expect(plainTransaction(row, "http", nowMs)).toBeUndefined();
  });
});

const busyMachineMsMax = 60_000;

test(
  "any record is read as the schema reads it, or left to the schema for a fault or an unknown field",
  () => {
    const texts = new TransactionTexts(1, nowMs);
    const seen = { read: 0, textual: 0, unknownField: 0, faulty: 0 };
    for (let i = 0; i < 20_000; i += 1) {
      const text = texts.next();
      const door: Door = i % 2 === 0 ? "topic" : "http";
      const read = plainTransaction(JSON.parse(text), door, nowMs);
      const judged = judgeTransaction(JSON.parse(text), door, nowMs);
      const isPlain = judged.ok && judged.forgiven.unknownFields.length === 0;
      expect([text, read]).toStrictEqual([text, isPlain ? judged : undefined]);
      seen[isPlain ? "read" : judged.ok ? "unknownField" : "faulty"] += 1;
      if (judged.ok && judged.forgiven.textValues.length > 0) seen.textual += 1;
    }
    expect(seen.read).toBeGreaterThan(5_000);
    expect(seen.textual).toBeGreaterThan(500);
    expect(seen.faulty).toBeGreaterThan(5_000);
    expect(seen.unknownField).toBeGreaterThan(50);
  },
  busyMachineMsMax,
);
