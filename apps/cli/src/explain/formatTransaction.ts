import { formatMinorUnits } from "@scoreline/contracts";
import type { FraudOutcome } from "@scoreline/policy";
import { instant, table } from "../terminal.ts";
import type { TransactionExplanation } from "./explainTransaction.ts";
import { inputRow, plain, type Row, section, verdictLines } from "./sections.ts";

/** An explanation for a person within the lender, as `formatExplanation` gives one of a decision. */
export function formatTransaction(explanation: TransactionExplanation): string {
  const { recorded, inputs, features, clauses } = explanation;
  const { transaction, finding } = recorded;
  const found = finding.flagged ? "flagged" : "not flagged";
  return [
    `Transaction ${transaction.transaction_id} of user ${transaction.user_id}: ${found}`,
    table(summaryRows(explanation)),
    ...section("Inputs", inputs.map(inputRow)),
    ...section(
      "Features",
      features.map(({ name, value }) => [name, String(value)]),
    ),
    ...section("Clauses", clauses.map(clauseRow)),
    ...verdictLines(explanation),
  ].join("\n");
}

function summaryRows({ recorded }: TransactionExplanation): Row[] {
  const { transaction, finding, topic, partition, offset, tMs } = recorded;
  const { amount_minor, merchant, location, card_type, device_id, timestamp_ms } = transaction;
  const amount = formatMinorUnits(amount_minor);
  const found = finding.flagged ? `${finding.fraudRules.join(", ")} (${finding.fraudReason})` : "nothing";
  return [
    ["received", `${instant(tMs)} as ${topic}/${partition}/${offset}`],
    ["sent", `${amount} at ${merchant}, ${location}, ${instant(timestamp_ms)} by ${card_type} on ${device_id}`],
    ["policy", `${finding.policyVersion} found ${found}`],
    ["sender", `${senderSaid(transaction)}; no policy reads it`],
  ];
}

/** The sender's own labels. */
function senderSaid({ is_fraud, risk_level }: TransactionExplanation["recorded"]["transaction"]): string {
  const fraud = is_fraud === undefined ? "nothing of fraud" : is_fraud ? "it is fraud" : "it is no fraud";
  return `said ${fraud}${risk_level === undefined ? "" : `, risk ${risk_level}`}`;
}

function clauseRow({ part, id, test, outcome, values }: FraudOutcome): Row {
  const read = Object.entries(values).map(([name, value]) => `${name} ${plain(value)}`);
  return [`${part} ${id}`, `${outcome.padEnd(5)}  ${test}: ${read.join(", ")}`];
}
