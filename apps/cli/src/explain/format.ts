import { type Counterfactual, type ReasonCode, type ReasonDetail, reasons } from "@scoreline/contracts";
import { instant, table } from "../terminal.ts";
import type { Explanation } from "./explain.ts";
import { inputRow, plain, type Row, section, verdictLines } from "./sections.ts";

/** An explanation for a person within the lender: it names fraud clauses, which a customer never sees. */
export function formatExplanation(explanation: Explanation): string {
  const { recorded, inputs, features, clauses } = explanation;
  const { application } = recorded;
  const heading = `Application ${application.application_id} of user ${application.user_id}: ${finalStatus(explanation)}`;
  const featureRows = features.map(({ name, value }): Row => [name, String(value)]);
  const clauseRows = clauses.map(({ part, id, test, outcome }): Row => {
    return [`${part} ${id}`, `${outcome.padEnd(9)}  ${test ?? "otherwise"}`];
  });
  return [
    heading,
    table(summaryRows(explanation)),
    ...section("Inputs", inputs.map(inputRow)),
    ...section("Features", featureRows),
    ...section("Clauses", clauseRows),
    ...reasonLines(explanation),
    ...verdictLines(explanation),
  ].join("\n");
}

function finalStatus({ recorded: { decision, review } }: Explanation): string {
  return review ? `${review.status} after review` : decision.approvalStatus;
}

function summaryRows({ recorded, exception }: Explanation): Row[] {
  const { decision, review, topic, partition, offset, tMs } = recorded;
  const fraud = decision.isFraud ? `; fraud by ${decision.fraudRules.join(", ")} (${decision.fraudReason})` : "";
  const rows: Row[] = [
    ["received", `${instant(tMs)} as ${topic}/${partition}/${offset}`],
    ["policy", `${decision.policyVersion} said ${decision.policyStatus}; risk ${decision.riskLevel}${fraud}`],
  ];
  if (decision.exceptionId !== undefined) {
    const why = exception ? `, by ${exception.approvedBy}: ${exception.reason}` : "";
    rows.push(["exception", `${decision.exceptionId} made it ${decision.approvalStatus}${why}`]);
  }
  if (review) {
    const { status, reviewedBy, reviewedAt, reason } = review;
    rows.push(["review", `${status} by ${reviewedBy} at ${instant(reviewedAt.getTime())}: ${reason}`]);
  }
  return rows;
}

/** The reasons by code, in rank order: what the customer reads of each, and the tests behind it. */
function reasonLines({ recorded: { decision } }: Explanation): string[] {
  if (decision.reasons.length === 0) return [];
  const codes = decision.reasons.flatMap((code) => [
    `  ${code}  ${wordingOf(code)}`,
    ...decision.reasonDetails.filter((detail) => detail.code === code).map(detailText),
  ]);
  return ["Reasons", ...codes];
}

function wordingOf(code: string): string {
  const wording = Object.hasOwn(reasons, code) ? reasons[code as ReasonCode].wording : undefined;
  return wording ? `the customer reads: ${wording}` : "internal; the customer reads nothing of it";
}

function detailText(detail: ReasonDetail): string {
  const { clause, test, values, threshold, pointsLost, counterfactual, keyFactors } = detail;
  const read = Object.entries(values).map(([name, value]) => `${name} ${plain(value)}`);
  const bound = threshold === null ? "" : `, threshold ${plain(threshold)}`;
  const rows: Row[] = [["because", `${test} (clause ${clause}): ${read.join(", ")}${bound}`]];
  if (pointsLost !== undefined) rows.push(["points lost", String(pointsLost)]);
  if (counterfactual) rows.push(["otherwise with", changesText(counterfactual)]);
  if (keyFactors) rows.push(["score lowered by", keyFactors.join("; ")]);
  return table(rows).replace(/^/gm, "  ");
}

function changesText({ kind, changes }: Counterfactual): string {
  const each = changes.map(({ input, from, to }) => `${input} ${plain(from)} -> ${plain(to)}`).join(" and ");
  return kind === "set" ? `${each} together` : each;
}
