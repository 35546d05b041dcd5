import { expect, test } from "vitest";
import { seeded } from "../test/seeded.ts";
import { amountMinorMax } from "./money.ts";
import { type Door, parseTransaction } from "./parse.ts";
import { cardTypes, riskLevels, type Transaction, transactionToWire } from "./transaction.ts";

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
    forgiven: { unknownFields: [], naiveTimestamp: false, textValues: [] },
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

test("an unknown field is refused over HTTP with what to do, which is not to send it under attributes", () => {
  const parsed = parseTransaction({ ...good, flagged: true }, "http", nowMs);
  expect(parsed.ok ? [] : parsed.failures.map(({ detail }) => detail)).toEqual([
    "flagged is not a field of this contract; remove it.",
  ]);
});

test("reading the canonical form again gives the same transaction", () => {
  const random = seeded(1);
  const below = (bound: number) => Math.floor(random() * bound);
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item;
  const word = () => pick(["x", "Zoë 😀", 'a"b\\c', "tab\tline\n", "\u2028", "null", "{}"]);
  const maybe = <T extends object>(field: T) => (random() < 0.5 ? field : {});
  for (let i = 0; i < 2_000; i += 1) {
    const transaction: Transaction = {
      transaction_id: `0b3a1f6e-5a2d-4c8b-9e7f-${String(below(1e12)).padStart(12, "0")}`,
      user_id: `u:${below(100)}`,
      amount_minor: 1 + below(amountMinorMax),
      timestamp_ms: below(nowMs),
      location: word(),
      merchant: word(),
      card_type: pick(cardTypes),
      device_id: word(),
      credit_score: 300 + below(551),
      ...maybe({ risk_level: pick(riskLevels) }),
      ...maybe({ is_fraud: random() < 0.5 }),
    };
    const again = parseTransaction(JSON.parse(JSON.stringify(transactionToWire(transaction))), "http", nowMs);
    expect(again).toEqual({
      ok: true,
      value: transaction,
      forgiven: { unknownFields: [], naiveTimestamp: false, textValues: [] },
    });
  }
});

test("a record whose values are all texts is read on a topic as the one with numbers, and says which were texts", () => {
  const texts = { user_id: "7", credit_score: "700", is_fraud: "False", risk_level: "" };
  const onTopic = parseTransaction({ ...good, ...texts }, "topic", nowMs);
  const meant = parseTransaction({ ...good, is_fraud: false }, "topic", nowMs);
  expect(onTopic).toMatchObject({ ok: true, forgiven: { textValues: ["credit_score", "is_fraud"] } });
  expect(onTopic.ok && onTopic.value).toEqual(meant.ok && meant.value);
});

test.each([
  [{ credit_score: "700" }, 'credit_score is the string "700"; send an integer from 300 to 850.'],
  [{ is_fraud: "True" }, 'is_fraud is the string "True"; send true or false.'],
  [{ is_fraud: 1 }, "is_fraud is 1; send true or false."],
  [{ is_fraud: "" }, 'is_fraud is the string ""; send true or false.'],
  [{ risk_level: "" }, 'risk_level is the string ""; send one of Low, Medium, High.'],
])("%j is refused over HTTP with its fix", (fields, detail) => {
  const parsed = parseTransaction({ ...good, ...fields }, "http", nowMs);
  expect(parsed.ok ? [] : parsed.failures.map((failure) => failure.detail)).toEqual([detail]);
});

test("a text that stands for nothing fits nowhere, on a topic either", () => {
  expect(checksOf({ credit_score: "fair", is_fraud: "perhaps" }, "topic")).toEqual([
    "invalid_credit_score",
    "invalid_is_fraud",
  ]);
  expect(checksOf({ credit_score: "", merchant: "" }, "topic")).toEqual(["invalid_merchant", "invalid_credit_score"]);
  expect(checksOf({ credit_score: "900" }, "topic")).toEqual(["invalid_credit_score"]);
});
