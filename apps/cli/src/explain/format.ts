import {
  type Counterfactual,
  type PlainValue,
  type ReasonCode,
  type ReasonDetail,
  reasons,
} from "@scoreline/contracts";
import { instant, table } from "../terminal.ts";
import type { ExplainedInput, Explanation } from "./explain.ts";

/** An explanation for a person within the lender: it names fraud clauses, which a customer never sees. */
export function formatExplanation(explanation: Explanation): string {
  const { recorded, inputs, clauses } = explanation;
  const { application, decision } = recorded;
  const heading = `Application ${application.application_id} of user ${application.user_id}: ${finalStatus(explanation)}`;
  const features = Object.entries(decision.features).map(([name, value]): Row => [name, String(value)]);
  const clauseRows = clauses.map(({ part, id, test, outcome }): Row => {
    return [`${part} ${id}`, `${outcome.padEnd(9)}  ${test ?? "otherwise"}`];
  });
  return [
    heading,
    table(summaryRows(explanation)),
    ...section("Inputs", inputs.map(inputRow)),
    ...section("Features", features),
    ...section("Clauses", clauseRows),
    ...reasonLines(explanation),
    ...verdictLines(explanation),
  ].join("\n");
}

type Row = [label: string, value: string];

function finalStatus({ recorded: { decision, review } }: Explanation): string {
  return review ? `${review.status} after review` : decision.approvalStatus;
}

function section(title: string, rows: Row[]): string[] {
  return rows.length === 0 ? [] : [title, table(rows)];
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

function inputRow({ name, value, unfit }: ExplainedInput): Row {
  if (unfit === undefined) return [name, value ?? "missing"];
  return [name, `${value ?? "missing"}: ${unfit}`];
}

function reasonLines({ recorded: { decision } }: Explanation): string[] {
  if (decision.reasons.length === 0) return [];
  const detailed = new Set(decision.reasonDetails.map(({ code }) => code as string));
  const bare = decision.reasons.filter((code) => !detailed.has(code));
  return ["Reasons", ...decision.reasonDetails.flatMap(detailLines), ...bare.flatMap((code) => codeLines(code))];
}

function detailLines(detail: ReasonDetail): string[] {
  const { code, clause, test, values, threshold, pointsLost, counterfactual, keyFactors } = detail;
  const read = Object.entries(values).map(([name, value]) => `${name} ${plain(value)}`);
  const facts: Row[] = [
    [
      "because",
      `${test} (clause ${clause}): ${read.join(", ")}${threshold === null ? "" : `, threshold ${plain(threshold)}`}`,
    ],
    ...(pointsLost === undefined ? [] : [["points lost", String(pointsLost)] as Row]),
    ...(counterfactual ? [["otherwise with", changesText(counterfactual)] as Row] : []),
    ...(keyFactors ? [["score lowered by", keyFactors.join("; ")] as Row] : []),
  ];
  return codeLines(code, facts);
}

function codeLines(code: string, facts: Row[] = []): string[] {
  const wording = Object.hasOwn(reasons, code) ? reasons[code as ReasonCode].wording : undefined;
  return [`  ${code}`, indented(table([...facts, ["customer reads", wording ?? "nothing: this reason is internal"]]))];
}

function changesText({ kind, changes }: Counterfactual): string {
  const each = changes.map(({ input, from, to }) => `${input} ${plain(from)} -> ${plain(to)}`).join(" and ");
  return kind === "set" ? `${each} together` : each;
}

const plain = (value: PlainValue) => (value === null ? "missing" : String(value));
const indented = (lines: string) => lines.replace(/^/gm, "  ");

const verdicts = {
  same: "Evaluated again: the same, by the stream's engine and by SQL over the recorded events.",
  "policy changed": "Evaluated again: the policy changed.",
  "data changed": "Evaluated again: the data changed.",
} as const;

function verdictLines({ verdict, findings }: Explanation): string[] {
  return [verdicts[verdict], ...findings.map((finding) => `  ${finding}`)];
}
