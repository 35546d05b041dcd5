import type { ApprovalStatus, ReasonCode } from "@scoreline/contracts";
import type { ApprovalClause, CheckedPolicy, Expr, Formula, Literal, ReasonPlan } from "../ir.ts";
import { namesOf } from "./expression.ts";
import { keyOf, type Node, withGuards } from "./formula.ts";
import { normalForm } from "./normalForm.ts";

/** How good a status is for the applicant. */
export const statusRank: Readonly<Record<ApprovalStatus, number>> = { Approved: 2, "Under Review": 1, Rejected: 0 };

/** A literal before it has its number and place: what `Literal` says of it besides. */
type Leaf = Extract<Node, { kind: "literal" }>;

/**
 * One plan for each approval clause, in their order: what the reasons of its decisions are read from. Both engines read
 * it, so all that is decided before an application is seen is decided here. Throws `PolicyTooLarge`, and an `Error` for
 * a clause other than an approval that has no reason.
 */
export function planReasons(policy: CheckedPolicy): ReasonPlan[] {
  const spelled = new Map<string, Node>();
  return policy.approval.map((clause, index) => planClause(policy, clause, index, spelled));
}

function planClause(
  policy: CheckedPolicy,
  clause: ApprovalClause,
  index: number,
  spelled: Map<string, Node>,
): ReasonPlan {
  const bare = { clause: clause.id, of: clause.id, formula: undefined, literals: [] };
  if (clause.status === "Approved") return bare;
  const explained = clause.when ? clause : nearestBetter(policy.approval.slice(0, index), clause.status);
  if (!explained?.when) return bare;
  const place = { policy, clause: clause.id, fraud: false, spelled };
  const node = withGuards(normalForm(explained.when, place, explained !== clause));
  return { ...bare, of: explained.id, ...number(node, policy, clause) };
}

/** Of the clauses before a fall-through, the last one with a better status. */
function nearestBetter(earlier: readonly ApprovalClause[], status: ApprovalStatus): ApprovalClause | undefined {
  return earlier.findLast((clause) => statusRank[clause.status] > statusRank[status]);
}

/** Numbers the literals in order of appearance, and ranks them. A constant formula, or one of guards only, explains nothing. */
function number(node: Node, policy: CheckedPolicy, clause: ApprovalClause): Pick<ReasonPlan, "formula" | "literals"> {
  const leaves = [...new Map(leavesOf(node).map((leaf) => [keyOf(leaf), leaf])).entries()];
  const onlyAbsence = leaves.every(([, leaf]) => isAbsence(leaf.expr));
  const numbered = leaves.map(([key, leaf], index) => ({
    key,
    literal: literalOf(leaf, `${clause.id}/${index + 1}`, policy, reasonOf(clause), onlyAbsence),
  }));
  // The sort is stable: equal weights stay in order of appearance.
  const ranked = numbered.toSorted((a, b) => b.literal.weight - a.literal.weight);
  if (ranked.length === 0) return { formula: undefined, literals: [] };
  const places = new Map(ranked.map(({ key }, index) => [key, index]));
  return { formula: formulaOf(node, places), literals: ranked.map(({ literal }) => literal) };
}

function leavesOf(node: Node): Leaf[] {
  if (node.kind === "all" || node.kind === "any") return node.operands.flatMap(leavesOf);
  return node.kind === "literal" ? [node] : [];
}

function formulaOf(node: Node, places: ReadonlyMap<string, number>): Formula | undefined {
  switch (node.kind) {
    case "constant":
      return undefined;
    case "guard":
      return node;
    case "literal":
      return { kind: "literal", literal: places.get(keyOf(node)) ?? 0 };
    default: {
      const operands = node.operands.flatMap((operand) => formulaOf(operand, places) ?? []);
      return { kind: node.kind, operands };
    }
  }
}

function reasonOf(clause: ApprovalClause): ReasonCode {
  if (!clause.reason) throw new Error(`Approval clause ${clause.id} has no reason; only an approval needs none.`);
  return clause.reason;
}

function literalOf(
  { expr, fraud }: Leaf,
  id: string,
  policy: CheckedPolicy,
  reason: ReasonCode,
  onlyAbsence: boolean,
): Literal {
  const names = namesOf(expr);
  const rules = names.flatMap((name) => (Object.hasOwn(policy.reasons, name) ? (policy.reasons[name] ?? []) : []));
  const weight = rules.length > 0 ? Math.max(...rules.map((rule) => rule.weight)) : 0;
  const code = fraud
    ? "SUSPECTED_FRAUD"
    : isAbsence(expr)
      ? absenceCode(reason, onlyAbsence)
      : (rules.find((rule) => rule.code)?.code ?? reason);
  return { id, expr, names, code, weight, fraud, scorecard: !fraud && isLowTotal(expr) };
}

/** `!has(x)`: the value is not too high or too low, it is not there, and a customer must not be told otherwise. */
function isAbsence(expr: Expr): boolean {
  return expr.kind === "not" && expr.operand.kind === "has";
}

/** A clause that asks for nothing but what is missing was given its reason for that; elsewhere the reason is about values. */
function absenceCode(reason: ReasonCode, onlyAbsence: boolean): ReasonCode {
  return onlyAbsence ? reason : "INCOMPLETE_APPLICATION";
}

/** Whether a literal compares the scorecard's total and holds for the low ones: then lost points are what explains it. */
function isLowTotal(expr: Expr): boolean {
  if (expr.kind !== "comparison") return false;
  const { left, right, operator } = expr;
  if (left.kind === "points" && right.kind !== "points") return operator === "<" || operator === "<=";
  if (right.kind === "points" && left.kind !== "points") return operator === ">" || operator === ">=";
  return false;
}
