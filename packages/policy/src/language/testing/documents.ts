import type { ApprovalClause, CheckedPolicy, Expr } from "../../ir.ts";
import { checkPolicy } from "../check.ts";
import { formatProblem } from "../problems.ts";

/** The problems of a document, one line each, without the file's name; `clean` for none. */
export function problemsOf(yaml: string): string[] {
  const result = checkPolicy(yaml, "policy.yaml");
  return result.ok ? ["clean"] : result.problems.map((problem) => formatProblem(problem).replace("policy.yaml:", ""));
}

/** The checked form of a document. Throws with its problems when it has any. */
export function checkedOf(yaml: string): CheckedPolicy {
  const result = checkPolicy(yaml, "policy.yaml");
  if (!result.ok) throw new Error(`${result.problems.map(formatProblem).join("\n")}\n${yaml}`);
  return result.policy;
}

/** A document without its mark `§`, and the place where the mark stood, as problems tell it: `3:14`. */
export function marked(yaml: string): { yaml: string; place: string } {
  const before = yaml.slice(0, yaml.indexOf("§")).split("\n");
  return { yaml: yaml.replace("§", ""), place: `${before.length}:${(before.at(-1)?.length ?? 0) + 1}` };
}

/** A policy around lines of its top level. */
export function documentWith(top: string): string {
  return `policy: loans
${top}
applications:
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`;
}

/** Attributes that expressions of these tests name. */
export const inputs = `inputs:
  dti: { type: decimal, scale: 2, min: 0, max: 500, optional: true }
  term: { type: integer, min: 1, max: 60, default: 36 }
  income: { type: decimal, scale: 2, min: 0, max: 1000000, default: 0 }
  balance: { type: decimal, scale: 6, min: -900000000, max: 900000000, default: 0 }
  purpose: { type: string, values: [car, boat, house], optional: true }
  channel: { type: string, default: web }
  employed: { type: boolean, optional: true }
  member: { type: boolean, default: false }`;

/** A policy whose one condition, `when`, decides an approval; it begins at column 8 of line 18. */
export function documentOf(when: string): string {
  return `policy: loans
${inputs}
applications:
  risk: [{ level: Low }]
  approval:
    - id: it
      status: Under Review
      reason: MANUAL_REVIEW_REQUIRED
      when: >-
${when
  .split("\n")
  .map((line) => `       ${line}`)
  .join("\n")}
    - { status: Under Review, reason: MANUAL_REVIEW_REQUIRED }
`;
}

/** What `documentOf` holds, checked. */
export function conditionOf(when: string): Expr {
  const [clause] = checkedOf(documentOf(when)).approval as [ApprovalClause];
  if (!clause.when) throw new Error("the clause has a condition");
  return clause.when;
}

/** The problems of an expression as `column: message; fix`, its columns counted from 1. */
export function problemsIn(when: string): string[] {
  const result = checkPolicy(documentOf(when), "policy.yaml");
  if (result.ok) return ["clean"];
  return result.problems.map(({ column, message, fix }) => `${column - 7}: ${message}; ${fix}`);
}
