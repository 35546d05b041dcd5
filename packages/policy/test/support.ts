import type { ApplicationFacts } from "../src/inputs.ts";
import type { CheckedPolicy, Formula, ReasonPlan } from "../src/ir.ts";
import { checkPolicy, formatProblem } from "../src/language/index.ts";
import { unparse } from "../src/reasons/unparse.ts";

/** The checked form of a document. Throws with its problems when it has any. */
export function checked(yaml: string): CheckedPolicy {
  const result = checkPolicy(yaml, "policy.yaml");
  if (!result.ok) throw new Error(`${result.problems.map(formatProblem).join("\n")}\n${yaml}`);
  return result.policy;
}

/** Attributes that the policies of these tests declare. */
export const inputsYaml = `
inputs:
  dti: { type: decimal, scale: 1, min: 0, max: 100, optional: true }
  inquiries: { type: integer, min: 0, max: 20, optional: true }
  term: { type: integer, min: 1, max: 60, default: 36 }
  annual_income: { type: decimal, scale: 2, min: 0, max: 1000000, default: 30000 }
  purpose: { type: string, values: [car, house, boat], optional: true }
  employed: { type: boolean, optional: true }`;

type Parts = {
  approval: string;
  fraud?: string;
  risk?: string;
  reasons?: string;
  features?: string;
  scorecard?: string;
};

const defaultFraud = `{ id: risky, when: "loan_amount > 15000 && credit_score < 450", reason: Risky }`;
const defaultRisk = `
    - { id: low, level: Low, when: "credit_score >= 700" }
    - { id: medium, level: Medium, when: "credit_score >= 500" }
    - { id: high, level: High }`;

/** A policy of the given approval clauses, one a line, over the inputs above; the rest as in the default policy. */
export function policyWith({ approval, fraud = defaultFraud, risk = defaultRisk, ...rest }: Parts): CheckedPolicy {
  const section = (key: string, text: string | undefined, indent: string) =>
    text === undefined ? "" : `\n${indent}${key}:${text}`;
  return checked(`policy: tests${inputsYaml}${section("reasons", rest.reasons, "")}${section("scorecard", rest.scorecard, "")}
applications:${section("features", rest.features, "  ")}
  fraud:${listed(fraud) || " []"}
  risk:${risk}
  approval:${listed(approval)}
`);
}

function listed(lines: string): string {
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => `\n    - ${line}`)
    .join("");
}

/** An application; attributes by name. */
export function facts(
  credit_score: number,
  loanAmount: number,
  attributes: Record<string, unknown> = {},
): ApplicationFacts {
  return { credit_score, loan_amount_minor: Math.round(loanAmount * 100), attributes };
}

/** A plan's formula as text: `&` and `|` of tests, a guard in brackets; `none` where there is none. */
export function shownFormula({ formula, literals }: ReasonPlan): string {
  const shown = (part: Formula): string => {
    if (part.kind === "guard") return `[${unparse(part.expr)}]`;
    if (part.kind === "literal") return unparse(literals[part.literal]?.expr as never);
    return `(${part.operands.map(shown).join(part.kind === "all" ? " & " : " | ")})`;
  };
  return formula ? shown(formula) : "none";
}
