import { expect, test } from "vitest";
import { type Door, parseTransaction } from "./parse.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const good = {
  transaction_id: "0B3A1F6E-5A2D-4C8B-9E7F-1A2B3C4D5E6F",
  user_id: 7,
  amount: "19.99",
  timestamp: "2026-01-31T09:30:00Z",
  location: "Lisbon",
  merchant: "Books & Co",
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
};

function checksOf(fields: object, door: Door = "http"): string[] {
  const parsed = parseTransaction({ ...good, ...fields }, door, nowMs);
  return parsed.ok ? [] : parsed.failures.map(({ check }) => check);
}

test("a transaction is read with its amount in minor units and its id in lower case", () => {
  expect(parseTransaction(good, "http", nowMs)).toEqual({
    ok: true,
    value: {
      transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
      user_id: "7",
      amount_minor: 1999,
      timestamp_ms: Date.parse("2026-01-31T09:30:00Z"),
      location: "Lisbon",
      merchant: "Books & Co",
      card_type: "VISA",
      device_id: "d-1",
      credit_score: 700,
    },
    forgiven: { unknownFields: [], naiveTimestamp: false },
  });
});

test("the sender's labels are kept, and absent where they are null", () => {
  const labelled = parseTransaction({ ...good, risk_level: "High", is_fraud: true }, "http", nowMs);
  expect(labelled).toMatchObject({ ok: true, value: { risk_level: "High", is_fraud: true } });
  const without = parseTransaction({ ...good, risk_level: null, is_fraud: null }, "http", nowMs);
  expect(without.ok && Object.keys(without.value)).not.toContain("risk_level");
});

test.each([
  [{ transaction_id: "7" }, "invalid_transaction_id"],
  [{ transaction_id: undefined }, "missing_transaction_id"],
  [{ amount: 0.001 }, "invalid_amount"],
  [{ card_type: "DISCOVER" }, "invalid_card_type"],
  [{ card_type: "visa" }, "invalid_card_type"],
  [{ merchant: null }, "missing_merchant"],
  [{ location: "x".repeat(129) }, "invalid_location"],
  [{ device_id: null }, "missing_device_id"],
  [{ credit_score: 200 }, "invalid_credit_score"],
  [{ risk_level: "low" }, "invalid_risk_level"],
  [{ is_fraud: "true" }, "invalid_is_fraud"],
  [{ timestamp: "2026-01-31T09:30:00" }, "invalid_timestamp"],
  [{ flagged: true }, "unknown_field"],
])("%j fails the check %s", (fields, check) => {
  expect(checksOf(fields)).toEqual([check]);
});

test("on a topic, unknown fields and naive times are forgiven and told", () => {
  expect(parseTransaction({ ...good, x: 1, timestamp: "2026-01-31 09:30:00" }, "topic", nowMs)).toMatchObject({
    ok: true,
    forgiven: { unknownFields: ["/x"], naiveTimestamp: true },
  });
});
