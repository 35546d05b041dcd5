import { cardTypes, formatMinorUnits, type Transaction } from "@scoreline/contracts";
import { type Finding, TransactionEngine } from "../engine/transactionEngine.ts";
import type { FraudRules } from "../ir.ts";
import { PartitionWindows } from "../windows/partitionWindows.ts";
import { WindowPlan } from "../windows/plan.ts";
import { senderSkewMs } from "./applications.ts";
import { byName, same } from "./compare.ts";
import { Draws } from "./draws.ts";
import { Random } from "./random.ts";
import { Streams } from "./stream.ts";

/** A transaction where it was recorded, as `PolicyEvent` is an application. */
export type TransactionEvent = {
  transaction: Transaction;
  topic: string;
  partition: number;
  offset: number;
  tMs: number;
};

/** A finding as the SQL engine gives it. */
export type SqlFinding = {
  transaction_id: string;
  features: Record<string, number>;
  flagged: boolean | null;
  fraud_rules: string[];
  fraud_reason: string | null;
};

/** As `policyVectors`, for the rules on card transactions. */
export function transactionVectors(
  rules: FraudRules,
  { seed, count }: { seed: number; count: number },
): TransactionEvent[] {
  const random = new Random(seed);
  const next = transactionMaker(rules, seed);
  return Array.from({ length: count }, () => next(random));
}

/** As `eventMaker`. */
export function transactionMaker(rules: FraudRules, seed: number): (random: Random) => TransactionEvent {
  const streams = new Streams([...new Set(rules.features.map(({ windowMs }) => windowMs))]);
  const draws = new Draws(rules);
  let made = 0;
  return (random) => {
    const { user, ...place } = streams.next(random);
    made += 1;
    const drawn = draws.next(random);
    const transaction = {
      transaction_id: uuidOf(seed, made),
      user_id: user,
      amount_minor: drawn.get("amount") ?? random.integer(1, 300_000),
      timestamp_ms: place.tMs + random.integer(-senderSkewMs, senderSkewMs),
      location: drawn.get("location") ?? "Austin, TX",
      merchant: drawn.get("merchant") ?? "Grocer",
      card_type: drawn.get("card_type") ?? random.pick(cardTypes),
      device_id: drawn.get("device_id") ?? "d-1",
      credit_score: drawn.get("credit_score") ?? random.integer(300, 850),
    };
    return { transaction: transaction as Transaction, ...place };
  };
}

function uuidOf(seed: number, number: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return `${hex(seed >>> 0, 8)}-0000-4000-8000-${hex(number, 12)}`;
}

/** The JavaScript engine's findings, as `decideAll` gives decisions. */
export function findAll(rules: FraudRules, version: string, events: readonly TransactionEvent[]): Finding[] {
  const engine = new TransactionEngine(rules, version);
  const plan = new WindowPlan([rules]);
  const pick = plan.picker(rules);
  const partitions = new Map<string, PartitionWindows>();
  return events.map(({ transaction, topic, partition, tMs }) => {
    const key = `${partition} ${topic}`;
    const windows = partitions.get(key) ?? new PartitionWindows(plan);
    partitions.set(key, windows);
    return engine.decide(transaction, pick(windows.add(tMs, transaction)));
  });
}

/** A transaction as the SQL engine reads it, in scope: a row of the relation that `compileTransactionSql` is given. */
export function transactionRow({ transaction, topic, partition, offset, tMs }: TransactionEvent) {
  const { amount_minor, timestamp_ms: _, ...fields } = transaction;
  const place = { topic, partition, record_offset: offset, t_ms: tMs };
  return { ...fields, amount: formatMinorUnits(amount_minor), ...place, in_scope: true };
}

/** The names of the fields in which two findings on one transaction differ. */
export function findingDifferences(javascript: Finding, sql: SqlFinding): string[] {
  const sides: Record<string, [unknown, unknown]> = {
    flagged: [javascript.flagged, sql.flagged],
    fraud_rules: [javascript.fraudRules, sql.fraud_rules],
    fraud_reason: [javascript.fraudReason ?? null, sql.fraud_reason],
    features: [Object.entries(javascript.features).sort(byName), Object.entries(sql.features).sort(byName)],
  };
  return Object.keys(sides).filter((name) => !same(...(sides[name] as [unknown, unknown])));
}
