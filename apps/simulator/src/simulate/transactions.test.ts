import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseTransaction, type Transaction } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { type Simulated, simulateApplications, simulationDefaults } from "./applications.ts";
import { simulatePurchases } from "./purchases.ts";
import { simulateTransactions, type TransactionOptions } from "./transactions.ts";

const nowMs = Date.UTC(2026, 0, 1);
const count = 6_000;

function take(wanted: number, options: Partial<TransactionOptions> = {}): Simulated[] {
  const source = simulateTransactions({ seed: 7, ...simulationDefaults, ...options });
  return Array.from({ length: wanted }, () => source.next().value);
}

function sha256(transactions: Simulated[]): string {
  return createHash("sha256")
    .update(transactions.map(({ line }) => `${line}\n`).join(""))
    .digest("hex");
}

function read({ line }: { line: string }): Transaction {
  const parsed = parseTransaction(JSON.parse(line), "http", nowMs);
  if (!parsed.ok) throw new Error(`${line}: ${JSON.stringify(parsed.failures)}`);
  return parsed.value;
}

const sample = take(count);
const clean = { invalidShare: 0, duplicateShare: 0 };

test("the same seed gives the same bytes, on any machine and on any day", () => {
  expect(sha256(take(1_000))).toBe("34c71e12151a1946a56d7af78abe7b31440d29af83d54f3078015b34354d8030");
  expect(sha256(take(1_000, { seed: 8 }))).not.toBe(sha256(take(1_000)));
});

test("every valid transaction and every duplicate passes the contract over HTTP", () => {
  const passing = sample.filter(({ kind }) => kind !== "invalid");
  expect(passing.map(read)).toHaveLength(passing.length);
});

test.each([false, true])(
  "every invalid one fails by the check it was made for, and by no other (for CSV: %s)",
  (forCsv) => {
    const checks = new Set<string>();
    for (const simulated of take(1_000, { invalidShare: 1, duplicateShare: 0, forCsv })) {
      if (simulated.kind !== "invalid") throw new Error("one is not invalid");
      const parsed = parseTransaction(JSON.parse(simulated.line), "http", nowMs);
      expect(parsed.ok ? [] : parsed.failures.map(({ check }) => check), simulated.line).toEqual([simulated.check]);
      checks.add(simulated.check);
    }
    expect(checks.has("unknown_field")).toBe(!forCsv);
    expect(checks.size).toBe(forCsv ? 11 : 12);
  },
);

test("the shares of invalid and duplicate ones are as asked, within four standard errors", () => {
  for (const [kind, share] of [
    ["invalid", simulationDefaults.invalidShare],
    ["duplicate", simulationDefaults.duplicateShare],
  ] as const) {
    const found = sample.filter((simulated) => simulated.kind === kind).length;
    expect(Math.abs(found - count * share)).toBeLessThan(4 * Math.sqrt(count * share * (1 - share)));
  }
});

test("invalid and duplicate ones leave the others as they are without them", () => {
  const lines = new Set(take(count, clean).map(({ line }) => line));
  expect(sample.filter(({ kind, line }) => kind === "valid" && !lines.has(line))).toEqual([]);
});

test("a duplicate repeats an earlier transaction, some with the same content and some with another amount", () => {
  const first = new Map<string, string>();
  const repeats = { same: 0, other: 0 };
  for (const simulated of sample) {
    if (simulated.kind === "invalid") continue;
    const { transaction_id } = read(simulated);
    const original = first.get(transaction_id);
    expect(original === undefined).toBe(simulated.kind === "valid");
    if (original === undefined) first.set(transaction_id, simulated.line);
    else repeats[original === simulated.line ? "same" : "other"]++;
  }
  expect(Math.min(repeats.same, repeats.other)).toBeGreaterThan(15);
});

test("labels follow the patterns, but for a few that were missed and a few that are wrong", () => {
  const wanted = 20_000;
  const purchases = simulatePurchases({ seed: 7, ...simulationDefaults });
  const found = { labelled: 0, missed: 0, disputed: 0 };
  for (const transaction of take(wanted, clean).map(read)) {
    const isFraud = purchases.next().value.pattern !== undefined;
    if (transaction.is_fraud) found.labelled++;
    if (isFraud && !transaction.is_fraud) found.missed++;
    if (!isFraud && transaction.is_fraud) found.disputed++;
  }
  expect(found.labelled / wanted).toBeGreaterThan(0.01);
  expect(found.labelled / wanted).toBeLessThan(0.02);
  expect(found.missed).toBeGreaterThan(0);
  expect(found.disputed).toBeGreaterThan(0);
  expect((found.missed + found.disputed) / found.labelled).toBeLessThan(0.15);
});

test("the risk level is that of the default policy's bands", () => {
  const policy = readFileSync(new URL("../../../../packages/policy/policies/default.yaml", import.meta.url), "utf8");
  const [low, medium] = [...policy.matchAll(/level: (?:Low|Medium), when: "credit_score >= (\d+)"/g)].map((match) =>
    Number(match[1]),
  ) as [number, number];
  for (const { credit_score, risk_level } of take(3_000, clean).map(read)) {
    expect(risk_level).toBe(credit_score >= low ? "Low" : credit_score >= medium ? "Medium" : "High");
  }
});

test("two seeds share no transaction, and one seed's cardholders are those who apply for its loans", () => {
  const ids = new Set(take(2_000, clean).map((one) => read(one).transaction_id));
  expect(take(2_000, { ...clean, seed: 8 }).filter((one) => ids.has(read(one).transaction_id))).toEqual([]);
  const applications = simulateApplications({ seed: 7, ...simulationDefaults });
  const applicants = new Set(Array.from({ length: 5_000 }, () => applications.next().value.userId));
  const users = new Set(take(2_000, clean).map(({ userId }) => userId));
  expect([...users].filter((id) => applicants.has(id)).length / users.size).toBeGreaterThan(0.9);
});

test("each user's transactions are in the order of time", () => {
  const last = new Map<string, number>();
  for (const { user_id, timestamp_ms } of sample.filter(({ kind }) => kind === "valid").map(read)) {
    expect(timestamp_ms).toBeGreaterThanOrEqual(last.get(user_id) ?? 0);
    last.set(user_id, timestamp_ms);
  }
});
