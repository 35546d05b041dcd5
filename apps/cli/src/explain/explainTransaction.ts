import {
  compileTransactionSql,
  type FraudOutcome,
  type FraudRules,
  fraudOutcomes,
  TransactionEngine,
} from "@scoreline/policy";
import {
  type RecomputedFinding,
  type RecordedTransaction,
  readTransaction,
  recomputeEvents,
  recomputeRecordedTransaction,
} from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";
import { readVersionState } from "./policyState.ts";
import { type ExplainedFeature, type ExplainedInput, readInputs, recordedFeatures, recordedWindows } from "./shown.ts";
import { changed, changedFeatures, missingFeatures, type Verdict, verdictOf } from "./verdict.ts";

/** A card transaction with all that its finding rests on, and whether it would come out the same today. */
export type TransactionExplanation = {
  recorded: RecordedTransaction;
  /** Empty where the policy is gone. */
  inputs: ExplainedInput[];
  features: ExplainedFeature[];
  clauses: FraudOutcome[];
} & Verdict;

/** Explains what was found in a card transaction; undefined where there is none of that id in canonical form. */
export async function explainTransaction(
  connections: Connections,
  transactionId: string,
): Promise<TransactionExplanation | undefined> {
  const recorded = await readTransaction(connections.sql, transactionId);
  if (!recorded) return undefined;
  const { transaction, finding, tMs } = recorded;
  const { policy, changes } = await readVersionState(connections, finding.policyVersion, tMs);
  const rules = policy?.transactions;
  const features = recordedFeatures(rules?.features ?? [], finding.features);
  if (!rules) return { recorded, inputs: [], features, clauses: [], ...verdictOf(changes, []) };
  return {
    recorded,
    inputs: readInputs(rules.inputs, transaction),
    features,
    clauses: fraudOutcomes(rules, transaction, recordedWindows(rules.features, finding.features)),
    ...verdictOf(changes, await judgeAgain(connections, rules, recorded)),
  };
}

/** As `reevaluate` decides an application again. */
async function judgeAgain({ sql }: Connections, rules: FraudRules, recorded: RecordedTransaction): Promise<string[]> {
  const windowMs = Math.max(0, ...rules.features.map((feature) => feature.windowMs));
  const select = compileTransactionSql(rules, recomputeEvents);
  const fromRows = await recomputeRecordedTransaction(sql, select, recorded, windowMs);
  if (!fromRows) return ["its row is gone"];
  return [...streamChanges(rules, recorded), ...rowChanges(recorded, fromRows)];
}

function streamChanges(rules: FraudRules, { transaction, finding }: RecordedTransaction): string[] {
  const missing = missingFeatures(rules.features, finding.features);
  if (missing.length > 0) return missing;
  const engine = new TransactionEngine(rules, finding.policyVersion);
  const now = engine.decide(transaction, recordedWindows(rules.features, finding.features));
  return [
    ...changed("flagged", finding.flagged, now.flagged),
    ...changed("fraud_rules", finding.fraudRules, now.fraudRules),
    ...changed("fraud_reason", finding.fraudReason, now.fraudReason),
    ...changed("features", finding.features, now.features),
  ];
}

function rowChanges({ finding }: RecordedTransaction, now: RecomputedFinding): string[] {
  return [
    ...changedFeatures(finding.features, now.features),
    ...changed("flagged", finding.flagged, now.flagged, "SQL finds"),
    ...changed("fraud_rules", finding.fraudRules, now.fraud_rules, "SQL finds"),
    ...changed("fraud_reason", finding.fraudReason, now.fraud_reason ?? undefined, "SQL finds"),
  ];
}
