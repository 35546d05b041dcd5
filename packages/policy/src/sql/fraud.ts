import type { FraudClause } from "../ir.ts";
import { derivedColumns, expressionSql } from "./expression.ts";
import { extended, heldArray, quoteName, quoteText, type Step } from "./text.ts";

/** Each fraud clause of an event in a column of its own, and whether any holds. */
export function fraudSteps(fraud: readonly FraudClause[], from: string): Step[] {
  if (fraud.length === 0)
    return [{ name: "fraud", sql: extended(from, [`false as ${quoteName(derivedColumns.is_fraud)}`]) }];
  const clauses = fraud.map(({ when }, index) => `${expressionSql(when)} as ${fraudColumn(index)}`);
  const any = fraud.map((_, index) => fraudColumn(index)).join(" or ");
  return [
    { name: "fraud_clauses", sql: extended(from, clauses) },
    { name: "fraud", sql: extended("fraud_clauses", [`${any} as ${quoteName(derivedColumns.is_fraud)}`]) },
  ];
}

/** The clauses that hold, as result columns: their ids in order, and the first one's wording. */
export function fraudColumns(fraud: readonly FraudClause[]): string[] {
  const rules = fraud.map(({ id }, index) => ({ when: fraudColumn(index), value: quoteText(id) }));
  const reasons = fraud.map(({ reason }, index) => `when ${fraudColumn(index)} then ${quoteText(reason)}`);
  return [
    `${heldArray(rules, "text")} as fraud_rules`,
    `${reasons.length === 0 ? "null" : `case ${reasons.join(" ")} end`}::text as fraud_reason`,
  ];
}

function fraudColumn(index: number): string {
  return `"_fraud_${index + 1}"`;
}
