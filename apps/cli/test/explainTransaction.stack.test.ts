import { collections } from "@scoreline/stores/mongo";
import { beforeEach, describe, expect, inject, test } from "vitest";
import type { Connections } from "../src/connections.ts";
import { explainTransaction, type TransactionExplanation } from "../src/explain/explainTransaction.ts";
import { formatTransaction } from "../src/explain/formatTransaction.ts";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import { recordFindings, type SentTransaction, uuidOf } from "./support/cardTransactions.ts";
import { newDatabases } from "./support/databases.ts";
import { recordDecisions } from "./support/decided.ts";
import { runProgram } from "./support/program.ts";

const minute = 60_000;
const t0 = Date.parse("2026-03-01T12:00:00Z");

/** Six transactions: one that has left the ten minutes' window just then, two at one instant, the last one flagged. */
const sent: SentTransaction[] = [
  { tMs: t0 - 25 * 60 * minute, location: "Lisbon", device_id: "d-0" },
  { tMs: t0 - 10 * minute, amount_minor: 2_00 },
  { tMs: t0 - 10 * minute + 1, amount_minor: 2_50 },
  { tMs: t0, amount_minor: 1_00 },
  { tMs: t0, amount_minor: 1_99 },
  { tMs: t0, amount_minor: 3_00, is_fraud: false, risk_level: "Low" },
];

let connections: Connections & { creditdbUrl: string };
beforeEach(async () => {
  connections = await newDatabases();
  await recordFindings(connections, defaultPolicyFile, sent);
});

async function explain(number = 5): Promise<TransactionExplanation> {
  const explanation = await explainTransaction(connections, uuidOf(number));
  if (!explanation) throw new Error(`no transaction ${number}`);
  return explanation;
}

const verdictOf = async (number?: number) => {
  const { verdict, findings } = await explain(number);
  return { verdict, findings: findings.join("\n") };
};

describe("explain of a card transaction says same", () => {
  test("of every finding while nothing changed, ties and window edges included", async () => {
    for (const [index] of sent.entries()) expect(await verdictOf(index)).toEqual({ verdict: "same", findings: "" });
    const { recorded } = await explain();
    expect(recorded.finding).toMatchObject({ flagged: true, fraudRules: ["card-testing"] });
    expect(recorded.finding.features).toMatchObject({ transactions_10m: 4, spent_10m: 8.49, transactions_24h: 5 });
  });

  test("not for what lies outside: a later event of the same instant, an event that a window has just left", async () => {
    await connections.sql`
      update processed_transactions set amount = 9000, device_id = 'other'
      where transaction_id in (${uuidOf(0)}, ${uuidOf(5)})`;
    expect(await verdictOf(4)).toEqual({ verdict: "same", findings: "" });
  });
});

describe("explain of a card transaction says data changed", () => {
  const change = (what: string, number: number) =>
    `update processed_transactions set ${what} where transaction_id = '${uuidOf(number)}'`;
  test.each([
    ["an earlier amount", change("amount = 7", 2), /spent_10m is recorded as 8.49; the recorded rows give 12.99/],
    [
      "an earlier row that is gone",
      `delete from processed_transactions where transaction_id = '${uuidOf(3)}'`,
      /transactions_10m is recorded as 4; the recorded rows give 3/,
    ],
    ["an earlier row that moved to another user", change("user_id = 'v'", 4), /transactions_10m/],
    [
      "its own amount",
      change("amount = 600", 5),
      /fraud_rules is recorded as \["card-testing"\]; SQL finds \["amount-/,
    ],
    [
      "a recorded window",
      change(`features = features || '{"spent_10m": 60}'`, 5),
      /flagged is recorded as true; it comes out as false/,
    ],
    ["a window that is not recorded", change("features = features - 'spent_24h'", 5), /spent_24h is not recorded/],
    [
      "the recorded finding",
      change("flagged = false, fraud_rules = '{}', fraud_reason = null", 5),
      /flagged is recorded as false; it comes out as true/,
    ],
  ])("with %s", async (_, statement, finding) => {
    await connections.sql.unsafe(statement);
    const { verdict, findings } = await verdictOf();
    expect(verdict).toBe("data changed");
    expect(findings).toMatch(finding);
  });
});

describe("explain of a card transaction says policy changed", () => {
  const policies = () => connections.db.collection<{ _id: string }>(collections.policies);
  test("where its version is gone or says something else", async () => {
    await policies().updateOne({}, { $set: { yaml: "policy: none" } });
    expect(await verdictOf()).toEqual({ verdict: "policy changed", findings: expect.stringMatching(/SHA-256/) });
    await policies().deleteMany({});
    expect(await explain()).toMatchObject({
      verdict: "policy changed",
      clauses: [],
      features: expect.arrayContaining([{ name: "spent_10m", value: 8.49 }]),
    });
  });
});

test("an explanation reads as what was sent and found, the sender's labels, inputs, features, clauses and the verdict", async () => {
  expect(formatTransaction(await explain()).split("\n")).toEqual([
    `Transaction ${uuidOf(5)} of user u: flagged`,
    "  received  2026-03-01T12:00:00.000Z as transactions/3/5",
    "  sent      3.00 at Grocer, Austin, TX, 2026-01-01T00:00:00.000Z by VISA on d-1",
    "  policy    consumer-loans@1 found card-testing (Many small amounts within minutes)",
    "  sender    said it is no fraud, risk Low; no policy reads it",
    "Inputs",
    "  amount     3",
    "  location   Austin, TX",
    "  device_id  d-1",
    "Features",
    "  transactions_10m  4",
    "  spent_10m         8.49",
    "  locations_1h      1",
    "  transactions_24h  5",
    "  spent_24h         10.49",
    "  card_devices_24h  1",
    "Clauses",
    "  fraud card-testing    holds  amount <= 3 && transactions_10m >= 4 && spent_10m <= 10 * transactions_10m: amount 3, transactions_10m 4, spent_10m 8.49",
    "  fraud velocity        fails  transactions_10m > 12: transactions_10m 4",
    "  fraud amount-spike    fails  transactions_24h >= 4 && amount > 500 && amount * transactions_24h > 3 * spent_24h: transactions_24h 5, amount 3, spent_24h 10.49",
    "  fraud many-locations  fails  locations_1h > 3: locations_1h 1",
    "  fraud many-devices    fails  card_devices_24h > 2: card_devices_24h 1",
    "Evaluated again: the same, by the stream's engine and by SQL over the recorded events.",
  ]);
  expect(formatTransaction(await explain(0))).toMatch(/found nothing\n {2}sender +said nothing of fraud; no policy/);
});

describe("scoreline explain of a card transaction", () => {
  const run = (...args: string[]) =>
    runProgram({ ...inject("env"), CREDITDB_URL: connections.creditdbUrl }, "explain", ...args);

  test("finds it by its id in any case, and by its alert's", async () => {
    const [upper, alerted] = [uuidOf(5).toUpperCase(), `transaction/${uuidOf(5)}`];
    for (const id of [upper, alerted]) expect((await run(id)).stdout).toMatch(/^Transaction .*5 of user u: flagged\n/);
    expect((await run("transaction/a-1")).error).toMatch(/transaction\/ and a UUID/);
    expect(JSON.parse((await run(alerted, "--json")).stdout)).toMatchObject({
      recorded: { offset: 5, transaction: { amount_minor: 300, is_fraud: false }, finding: { flagged: true } },
      clauses: expect.arrayContaining([expect.objectContaining({ id: "velocity", values: { transactions_10m: 4 } })]),
    });
  });

  test("takes an application of the same id first", async () => {
    await connections.db.dropDatabase();
    await recordDecisions(connections, defaultPolicyFile, [{ tMs: t0, application_id: uuidOf(5) }]);
    expect((await run(uuidOf(5))).stdout).toMatch(/^Application /);
    expect((await run(`transaction/${uuidOf(5)}`)).stdout).toMatch(/^Transaction /);
  });
});
