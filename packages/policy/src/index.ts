export * from "./catalogue.ts";
export { type ClauseOutcome, clauseOutcomes, type FraudOutcome, fraudOutcomes } from "./engine/clauses.ts";
export type { ExplainedFacts } from "./engine/describe.ts";
export { type Decision, Engine } from "./engine/engine.ts";
export { type Finding, TransactionEngine } from "./engine/transactionEngine.ts";
export type { Unfit } from "./engine/unfit.ts";
export * from "./inputs.ts";
export * from "./ir.ts";
export { formatScaled } from "./language/decimal.ts";
export * from "./language/index.ts";
export { PolicyTooLarge } from "./reasons/formula.ts";
export { planReasons } from "./reasons/planReasons.ts";
export { unparse } from "./reasons/unparse.ts";
export { compileSql } from "./sql/compile.ts";
export { compileTransactionSql } from "./sql/compileTransactions.ts";
export { type PolicyThreshold, policyThresholds } from "./thresholds.ts";
export {
  findAll,
  findingDifferences,
  type SqlFinding,
  type TransactionEvent,
  transactionRow,
  transactionVectors,
} from "./vectors/transactions.ts";
export { decideAll, differencesOf, eventRow, type PolicyEvent, policyVectors, type SqlDecision } from "./vectors.ts";
export { PartitionWindows, type WindowEvent, type WindowMark } from "./windows/partitionWindows.ts";
export { WindowPlan, type WindowValues } from "./windows/plan.ts";
