import { expect, test } from "vitest";
import { readHistoricalRow } from "./row.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const read = (value: object) => readHistoricalRow(JSON.stringify(value), 3, nowMs);
const application = {
  application_id: 7,
  user_id: "ann",
  credit_score: 700,
  loan_amount: "1250.00",
  timestamp: "2008-03-01T10:00:00.250+01:00",
};

test("a past application keeps every field, and its own time is its t", () => {
  const result = read({
    ...application,
    applicant: { name: "Ann", age: 41, gender: "f", region: "West" },
    device_id: "d-1",
    score: { model: "FICO 8", date: "2008-02-01", key_factors: ["Short history"] },
    attributes: { dti: 12.5 },
    consent: { automated_decision: true, analytics: false },
  });
  expect(result).toEqual({
    ok: true,
    row: {
      line: 3,
      application_id: "7",
      user_id: "ann",
      credit_score: 700,
      loan_amount: "1250.00",
      submitted_at: "2008-03-01T09:00:00.250Z",
      applicant_name: "Ann",
      applicant_age: 41,
      applicant_gender: "f",
      applicant_region: "West",
      device_id: "d-1",
      score_model: "FICO 8",
      score_date: "2008-02-01",
      score_key_factors: ["Short history"],
      attributes: { dti: 12.5 },
      consent_automated_decision: true,
      consent_analytics: false,
      t_ms: 1_204_362_000_250,
    },
  });
});

test("what the contract of HTTP refuses is refused with its line and every failure", () => {
  expect(read({ ...application, credit_score: 200, loan_amount: 1.001 })).toMatchObject({
    ok: false,
    refused: { line: 3, failures: [{ pointer: "/credit_score" }, { pointer: "/loan_amount" }] },
  });
  expect(read({ ...application, timestamp: "2026-06-01T00:00:00Z" })).toMatchObject({
    ok: false,
    refused: { failures: [{ check: "invalid_timestamp" }] },
  });
  expect(readHistoricalRow("{", 4, nowMs)).toMatchObject({
    ok: false,
    refused: { line: 4, failures: [{ check: "invalid_json" }] },
  });
});
