import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { csvColumns, csvRowOf } from "./transactionsCsv.ts";

const transaction = {
  transaction_id: "0b3a1f6e-5a2d-4c8b-9e7f-1a2b3c4d5e6f",
  user_id: "u7-1",
  amount: "12.50",
  timestamp: "2025-01-31T09:30:00.000Z",
  location: "New York, NY",
  merchant: 'The "Corner", Inc.',
  card_type: "VISA",
  device_id: "d-1",
  credit_score: 700,
  risk_level: "Low",
  is_fraud: false,
};

test("a row holds what the transaction does, whatever its texts hold", () => {
  const [row] = parse(csvRowOf(JSON.stringify(transaction)), { columns: [...csvColumns] }) as object[];
  expect(row).toEqual({ ...transaction, credit_score: "700", is_fraud: "false" });
});

test("a field that is absent is an empty cell", () => {
  const { risk_level: _, ...without } = transaction;
  expect(csvRowOf(JSON.stringify({ ...without, is_fraud: null }))).toMatch(/,700,,$/);
});
