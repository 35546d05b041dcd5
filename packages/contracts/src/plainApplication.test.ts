import { describe, expect, test } from "vitest";
import { ApplicationTexts } from "../test/applicationTexts.ts";
import { type Door, judgeApplication } from "./judge.ts";
import { plainApplication } from "./plainApplication.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const required = {
  application_id: 7,
  user_id: "u-8",
  credit_score: 700,
  loan_amount: 1250.5,
  timestamp: 1_767_225_600,
};
const complete = {
  ...required,
  applicant: { name: "Zoë 😀", age: 0, gender: "f", region: "EU" },
  device_id: "d-1",
  score: { model: "FICO 8", date: "2024-02-29", key_factors: ["a", "b", "c", "d", "e"] },
  attributes: { dti: 21.5, purpose: "car", employed: false, balance: -0 },
  consent: { automated_decision: true, analytics: false },
};

describe("usual records are read without the schema", () => {
  test.each([
    ["the five required fields", required],
    ["every field", complete],
    [
      "text for numbers, where the contract has it",
      { ...required, application_id: "a.b:c_d-e", loan_amount: "1250.50" },
    ],
    ["a float epoch", { ...required, timestamp: 1_767_225_600.125 }],
    ["ISO in UTC", { ...required, timestamp: "2026-01-31T09:30:00Z" }],
    ["ISO with milliseconds", { ...required, timestamp: "2026-01-31T09:30:00.250Z" }],
    ["ISO with an offset", { ...required, timestamp: "2026-01-31T09:30:00+02:00" }],
    ["null for what is absent", { ...required, device_id: null, score: null, applicant: { name: null, age: 30 } }],
    ["empty groups", { ...required, applicant: {}, score: {}, attributes: {}, consent: {} }],
  ])("%s", (_, record) => {
    for (const door of ["http", "topic"] as const) expect(plainApplication(record, door, nowMs)?.ok).toBe(true);
  });

  test("a time without an offset, on a topic", () => {
    const record = { ...required, timestamp: "2026-01-31 09:30:00" };
    expect(plainApplication(record, "topic", nowMs)).toMatchObject({ forgiven: { naiveTimestamp: true } });
    expect(plainApplication(record, "http", nowMs)).toBeUndefined();
  });
});

const busyMachineMsMax = 60_000;

test(
  "any record is read as the schema reads it, or left to the schema for a fault or an unknown field",
  () => {
    const texts = new ApplicationTexts(1, nowMs);
    const seen = { read: 0, unknownField: 0, faulty: 0 };
    for (let i = 0; i < 20_000; i += 1) {
      const text = texts.next();
      const door: Door = i % 2 === 0 ? "topic" : "http";
      const read = plainApplication(JSON.parse(text), door, nowMs);
      const judged = judgeApplication(JSON.parse(text), door, nowMs);
      const isPlain = judged.ok && judged.forgiven.unknownFields.length === 0;
      expect([text, read]).toStrictEqual([text, isPlain ? judged : undefined]);
      seen[isPlain ? "read" : judged.ok ? "unknownField" : "faulty"] += 1;
    }
    expect(seen.read).toBeGreaterThan(5_000);
    expect(seen.faulty).toBeGreaterThan(5_000);
    expect(seen.unknownField).toBeGreaterThan(100);
  },
  busyMachineMsMax,
);
