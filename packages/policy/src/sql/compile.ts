import type { CheckedPolicy } from "../ir.ts";
import { planReasons } from "../reasons/planReasons.ts";
import { derivedColumns, expressionSql } from "./expression.ts";
import { fraudColumns, fraudSteps } from "./fraud.ts";
import { idColumn, inputSteps } from "./inputs.ts";
import { decidingColumn, reasonCodesSql, reasonLiteralsSql, reasonSteps } from "./reasons.ts";
import { scorecardSteps } from "./scorecard.ts";
import { inScopeSteps, namedValues, statementOf } from "./statement.ts";
import { extended, quoteName, quoteText, type Step } from "./text.ts";
import { windowSteps } from "./windows.ts";

/**
 * A policy as one SELECT for Postgres 18: a row for each event of `events` with `in_scope`, in no order; events out of
 * scope only warm the windows. `events` names a relation (a CTE, view or table) with the columns `application_id text,
 * user_id text, topic text, partition int, record_offset bigint, t_ms bigint, credit_score int, loan_amount numeric,
 * device_id text, applicant_age int, applicant_region text, score_model text, consent_automated_decision boolean,
 * consent_analytics boolean, attributes jsonb, in_scope boolean`. A window is over (topic, partition, user_id), in
 * (t_ms, record_offset) order.
 *
 * Gives `application_id text, features jsonb, is_fraud boolean, fraud_rules text[], fraud_reason text, risk_level text,
 * policy_status text, reasons text[], reason_literals text[]`. The text is the same for the same policy and plain ASCII.
 */
export function compileSql(policy: CheckedPolicy, events: string): string {
  const steps = inputSteps(policy.inputs, events, "application_id");
  const add = (next: (from: string) => Step[]) => steps.push(...next((steps.at(-1) as Step).name));
  add((from) => windowSteps(policy, from));
  add(inScopeSteps);
  add((from) => scorecardSteps(policy.scorecard, from));
  add((from) => fraudSteps(policy.fraud, from));
  add((from) => [
    { name: "risk", sql: extended(from, [`${riskSql(policy)} as ${quoteName(derivedColumns.risk_level)}`]) },
  ]);
  add((from) => [{ name: "approval", sql: extended(from, [`${approvalSql(policy)} as ${decidingColumn}`]) }]);
  add((from) => reasonSteps(policy, planReasons(policy), from));
  return statementOf(steps, (from) => resultSql(policy, from));
}

function riskSql({ risk }: CheckedPolicy): string {
  return firstSql(risk, ({ level }) => quoteText(level));
}

function approvalSql({ approval }: CheckedPolicy): string {
  return firstSql(approval, (_, index) => String(index + 1));
}

/** What the first clause that holds gives; the last has no condition. */
function firstSql<Clause extends { readonly when?: CheckedPolicy["risk"][number]["when"] }>(
  clauses: readonly Clause[],
  value: (clause: Clause, index: number) => string,
): string {
  const cases = clauses.map((clause, index) =>
    clause.when ? `when ${expressionSql(clause.when)} then ${value(clause, index)}` : `else ${value(clause, index)}`,
  );
  return cases.length === 1 ? value(clauses[0] as Clause, 0) : `case ${cases.join("\n      ")} end`;
}

function resultSql(policy: CheckedPolicy, from: string): string {
  const { fraud, approval } = policy;
  const statuses = approval.map(({ status }, index) => `when ${index + 1} then ${quoteText(status)}`);
  const columns = [
    `${idColumn} as application_id`,
    `${featuresSql(policy)} as features`,
    `${quoteName(derivedColumns.is_fraud)} as is_fraud`,
    ...fraudColumns(fraud),
    `${quoteName(derivedColumns.risk_level)} as risk_level`,
    `case ${decidingColumn} ${statuses.join(" ")} end as policy_status`,
    `${reasonCodesSql(policy)} as reasons`,
    `${reasonLiteralsSql} as reason_literals`,
  ];
  return `select ${columns.join(",\n  ")}\nfrom ${from}`;
}

/** Each window's value and the scorecard's total by name, in major units. */
function featuresSql({ features, scorecard }: CheckedPolicy): string {
  return namedValues([...features.map(({ name }) => name), ...(scorecard ? [scorecard.name] : [])]);
}
