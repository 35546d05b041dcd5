import { z } from "zod";
import { CreditScore } from "./application.ts";
import { textLengthMax } from "./bounds.ts";
import { Identifier } from "./ids.ts";
import { formatMinorUnits, Money } from "./money.ts";
import { nameOf, text } from "./text.ts";
import { Timestamp } from "./time.ts";

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: (issue) => `is ${nameOf(issue.input)}; send one of ${values.join(", ")}` });
}

export const riskLevels = ["Low", "Medium", "High"] as const;
export type RiskLevel = (typeof riskLevels)[number];

export const cardTypes = ["VISA", "MASTERCARD", "AMEX"] as const;
export type CardType = (typeof cardTypes)[number];

/**
 * The wire form of a card transaction. `is_fraud` and `risk_level` are the sender's labels: kept for comparison, never
 * readable by a policy.
 */
export const transactionFields = {
  transaction_id: z.guid({ error: (issue) => `is ${nameOf(issue.input)}; send a UUID` }).toLowerCase(),
  user_id: Identifier,
  amount: Money,
  timestamp: Timestamp,
  location: text(textLengthMax.location),
  merchant: text(textLengthMax.merchant),
  card_type: oneOf(cardTypes),
  device_id: text(textLengthMax.deviceId),
  credit_score: CreditScore,
  risk_level: oneOf(riskLevels).meta({ description: "The sender's own label; no policy reads it." }).optional(),
  is_fraud: z
    .boolean({ error: (issue) => `is ${nameOf(issue.input)}; send true or false` })
    .meta({ description: "The sender's own label; no policy reads it." })
    .optional(),
};

export const TransactionWire = z.object(transactionFields);

/** A card transaction behind the door: amount in minor units (cents), `timestamp_ms` of the sender's clock. */
export type Transaction = Omit<z.output<typeof TransactionWire>, "amount" | "timestamp"> & {
  amount_minor: number;
  timestamp_ms: number;
};

/** The canonical wire form: what ingest puts on the topic. Reading it again gives the same transaction. */
export function transactionToWire(transaction: Transaction) {
  const { amount_minor, timestamp_ms, ...rest } = transaction;
  return { ...rest, amount: formatMinorUnits(amount_minor), timestamp: new Date(timestamp_ms).toISOString() };
}
