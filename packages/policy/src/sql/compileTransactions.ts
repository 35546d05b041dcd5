import type { FraudRules } from "../ir.ts";
import { derivedColumns } from "./expression.ts";
import { fraudColumns, fraudSteps } from "./fraud.ts";
import { idColumn, inputSteps } from "./inputs.ts";
import { inScopeSteps, namedValues, statementOf } from "./statement.ts";
import { quoteName, type Step } from "./text.ts";
import { windowSteps } from "./windows.ts";

/**
 * A policy's rules on card transactions as one SELECT, as `compileSql` gives one on applications. `events` has the columns
 * `transaction_id uuid, user_id text, topic text, partition int, record_offset bigint, t_ms bigint, amount numeric,
 * credit_score int, merchant text, location text, card_type text, device_id text, in_scope boolean`.
 *
 * Gives `transaction_id uuid, features jsonb, flagged boolean, fraud_rules text[], fraud_reason text`.
 */
export function compileTransactionSql(rules: FraudRules, events: string): string {
  const steps = inputSteps(rules.inputs, events, "transaction_id");
  const add = (next: (from: string) => Step[]) => steps.push(...next((steps.at(-1) as Step).name));
  add((from) => windowSteps(rules, from));
  add(inScopeSteps);
  add((from) => fraudSteps(rules.fraud, from));
  return statementOf(steps, (from) => {
    const columns = [
      `${idColumn} as transaction_id`,
      `${namedValues(rules.features.map(({ name }) => name))} as features`,
      `${quoteName(derivedColumns.is_fraud)} as flagged`,
      ...fraudColumns(rules.fraud),
    ];
    return `select ${columns.join(",\n  ")}\nfrom ${from}`;
  });
}
