import { formatMinorUnits, type RiskLevel } from "@scoreline/contracts";
import type { Simulated, SimulationOptions } from "./applications.ts";
import { breakContract } from "./invalid.ts";
import { csvBreakages, transactionBreakages } from "./invalidTransactions.ts";
import { type Purchase, simulatePurchases } from "./purchases.ts";
import { Randomness } from "./randomness.ts";

/** A transaction in the contract's wire form, its fields in the order of a CSV's columns. */
export type WireTransaction = {
  transaction_id: string;
  user_id: string;
  amount: string;
  timestamp: string;
  location: string;
  merchant: string;
  card_type: string;
  device_id: string;
  credit_score: number;
  risk_level: RiskLevel;
  is_fraud: boolean;
};

export type TransactionOptions = SimulationOptions & {
  /** Break the contract only in ways that a CSV can hold, whose values are all texts. */
  forCsv?: boolean;
};

/** A duplicate repeats one of so many valid transactions before it. */
const rememberedMax = 1_000;

/** Shares of wrong labels: a fraud that nobody reported, and a purchase that its cardholder did not recognise. */
const missedShare = 0.03;
const disputedShare = 0.0005;

/**
 * Endless card transactions of one seed, of the same customers as its applications. The options alone decide every byte:
 * no clock is read, and the shares of invalid and duplicate ones leave the others as they are.
 */
export function* simulateTransactions(options: TransactionOptions): Generator<Simulated, never> {
  const random = new Randomness([options.seed, 5]);
  const flaws = new Randomness([options.seed, 6]);
  const breakages = options.forCsv ? csvBreakages : transactionBreakages;
  const purchases = simulatePurchases(options);
  const remembered: WireTransaction[] = [];
  let validCount = 0;
  for (;;) {
    const draw = flaws.unit();
    const original = remembered[flaws.integer(0, remembered.length - 1)];
    if (original && draw >= options.invalidShare && draw < options.invalidShare + options.duplicateShare) {
      yield { kind: "duplicate", line: JSON.stringify(repeat(original, flaws)), userId: original.user_id };
      continue;
    }
    const transaction = toTransaction(purchases.next().value, random);
    if (draw < options.invalidShare) {
      const { broken, check } = breakContract(transaction, breakages, flaws);
      yield { kind: "invalid", check, line: JSON.stringify(broken), userId: transaction.user_id };
      continue;
    }
    remembered[validCount++ % rememberedMax] = transaction;
    yield { kind: "valid", line: JSON.stringify(transaction), userId: transaction.user_id };
  }
}

function toTransaction(purchase: Purchase, random: Randomness): WireTransaction {
  const { user, cardType } = purchase.cardholder;
  const credit_score = random.normalInteger(user.scoreCentre, 6, 300, 850);
  return {
    transaction_id: random.uuid(),
    user_id: user.user_id,
    amount: formatMinorUnits(purchase.amountMinor),
    timestamp: new Date(purchase.timeMs).toISOString(),
    location: purchase.location,
    merchant: purchase.merchant.name,
    card_type: cardType,
    device_id: purchase.deviceId,
    credit_score,
    risk_level: riskLevelOf(credit_score),
    is_fraud: purchase.pattern ? random.unit() >= missedShare : random.unit() < disputedShare,
  };
}

/** The bands of the default policy. */
function riskLevelOf(creditScore: number): RiskLevel {
  if (creditScore >= 700) return "Low";
  return creditScore >= 500 ? "Medium" : "High";
}

/** The same transaction again; every second time with another amount, which a sender must not do. */
function repeat(original: WireTransaction, random: Randomness): WireTransaction {
  if (random.unit() < 0.5) return original;
  return { ...original, amount: formatMinorUnits(random.integer(100, 50_000)) };
}
