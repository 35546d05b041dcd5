import { expect, test } from "vitest";
import { readTransaction, transactionEvents } from "../src/postgres/index.ts";
import { commitTo, newCreditdb, scoredTransaction, take } from "./support.ts";

test("a card transaction comes back with its event, its place and what was found in it", async () => {
  const sql = await newCreditdb();
  const flagged = scoredTransaction(7n, { amount_minor: 999_999_999_999, is_fraud: true, risk_level: "Low" });
  flagged.finding = {
    flagged: true,
    fraudRules: ["velocity", "many-devices"],
    fraudReason: "Many",
    features: { transactions_10m: 13, spent_24h: 12_000.5 },
    policyVersion: "loans@2",
  };
  const unlabelled = scoredTransaction(8n);
  const scored = [flagged, unlabelled];
  await commitTo(sql, transactionEvents, await take(sql), { next: 9n, maxTMs: 1_008, scored, faulty: [] });
  const place = { topic: "applications", partition: 0, scoredAt: expect.any(Date) };
  for (const each of scored) {
    expect(await readTransaction(sql, each.transaction.transaction_id)).toEqual({ ...each, ...place });
  }
  expect(await readTransaction(sql, "00000000-0000-4000-8000-000000000009")).toBeUndefined();
});
