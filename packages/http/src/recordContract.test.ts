import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applicationContract, type RecordContract, recordOf, transactionContract } from "./recordContract.ts";

const nowMs = Date.UTC(2026, 0, 31, 10);
const application = {
  application_id: 7,
  user_id: 42,
  credit_score: 700,
  loan_amount: 1250.5,
  timestamp: "2026-01-31T09:30:00+01:00",
};
const transaction = {
  transaction_id: "0B3A1F6E-5A2D-4C8B-9E7F-1A2B3C4D5E6F",
  user_id: 42,
  amount: 12.5,
  timestamp: 1_767_225_600,
  location: "Denver, CO",
  merchant: "Books & Co",
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
  is_fraud: true,
};

type Keyed = { user_id: string };

test.each([
  [applicationContract as RecordContract<Keyed>, application, "credit_applications", { application_id: "7" }],
  [
    transactionContract as RecordContract<Keyed>,
    transaction,
    "transactions",
    { transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f" },
  ],
])(
  "$noun: its record is keyed by its user, names its schema, and reads as the same again",
  (contract, input, topic, id) => {
    const first = contract.parse(input, "http", nowMs);
    if (!first.ok) throw new Error(JSON.stringify(first.failures));
    const record = recordOf(contract, first.value);
    const path = new URL(`../../contracts/schemas/${contract.noun}.schema.json`, import.meta.url);
    const schema = (JSON.parse(readFileSync(path, "utf8")) as { $id: string }).$id;
    expect(record).toMatchObject({ topic, key: "42", headers: { "content-type": "application/json", schema } });
    expect(contract.parse(JSON.parse(new TextDecoder().decode(record.value)), "http", nowMs)).toEqual(first);
    expect(contract.identify(first.value)).toEqual(id);
  },
);
