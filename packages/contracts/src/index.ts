export * from "./application.ts";
export * from "./checks.ts";
export * from "./deadLetters.ts";
export * from "./decision.ts";
export { EnvironmentError, readEnvironment } from "./environment.ts";
export * from "./errors.ts";
export { Identifier } from "./ids.ts";
export * from "./lifecycle.ts";
export { amountMinorMax, formatMinorUnits, Money } from "./money.ts";
export * from "./parse.ts";
export * from "./reasons.ts";
export { isUnstorable } from "./text.ts";
export { clockSkewMsMax, type SenderTime, Timestamp } from "./time.ts";
export * from "./topics.ts";
export {
  type CardType,
  cardTypes,
  type RiskLevel,
  riskLevels,
  type Transaction,
  TransactionWire,
  transactionFields,
  transactionToWire,
} from "./transaction.ts";
export { Utf8Writer } from "./utf8Writer.ts";
