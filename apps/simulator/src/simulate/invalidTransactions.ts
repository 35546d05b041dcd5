import { type Breakages, replacing, without } from "./invalid.ts";

/** What senders of transactions get wrong, as a CSV can hold it: an empty cell, or a text. Each breaks one rule. */
export const csvBreakages: Breakages = [
  without("credit_score"),
  without("user_id"),
  without("timestamp"),
  without("merchant"),
  replacing("credit_score", 299),
  replacing("credit_score", 640.5),
  replacing("amount", -25),
  replacing("amount", 0),
  replacing("amount", "12.505"),
  replacing("amount", "1,250.00"),
  replacing("timestamp", "yesterday"),
  replacing("timestamp", "2025-02-30T12:00:00Z"),
  replacing("user_id", "user 17"),
  replacing("card_type", "DISCOVER"),
  replacing("card_type", "visa"),
  replacing("risk_level", "low"),
  replacing("is_fraud", "perhaps"),
];

/** The same, and what the types of JSON add. */
export const transactionBreakages: Breakages = [
  ...csvBreakages,
  replacing("credit_score", null),
  replacing("credit_score", "640"),
  replacing("is_fraud", 1),
  replacing("is_fraud", "True"),
  replacing("timestamp", "2025-01-31T09:30:00"),
  { check: "unknown_field", apply: (transaction) => ({ ...transaction, cvv: "123" }) },
];
