import { approvalStatuses, type ReasonCode, reasonCodes, reasons, riskLevels } from "@scoreline/contracts";
import type { z } from "zod";
import type { ApprovalClause, Expr, FraudClause, RiskClause } from "../ir.ts";
import { documentBytesMax, offsetOf, type Tree } from "./document.ts";
import type { Capacity } from "./expression/ages.ts";
import { checkExpression } from "./expression/check.ts";
import type { Problems, Tell } from "./problems.ts";
import type { Scope } from "./scope.ts";
import { clauseId, itemsOf, oneOf, read, strict, text } from "./shape.ts";

/** Clauses of one list at most. */
const clausesMax = 200;

// How long an expression may be is the expression's own bound.
const when = text(documentBytesMax, "write an expression such as credit_score >= 600");
const FraudShape = strict({ id: clauseId, when, reason: text(200, "write what the alert says") });
const RiskShape = strict({ id: clauseId.optional(), level: oneOf(riskLevels), when: when.optional() });
const ApprovalShape = strict({
  id: clauseId.optional(),
  status: oneOf(approvalStatuses),
  when: when.optional(),
  reason: oneOf(reasonCodes as [ReasonCode, ...ReasonCode[]]).optional(),
});

/** What the lists of clauses of one section share. `ids` are those that are taken: no two clauses share one. */
export type Section = {
  readonly problems: Problems;
  readonly scope: Scope;
  readonly ids: Set<string>;
};

type Item<Clause> = { readonly tree: Tree; readonly id: string; readonly clause: Clause; readonly tell: Tell };

/** The clauses of a list that have their shape. */
function shaped<Schema extends z.ZodType>(
  tree: Tree | undefined,
  part: string,
  schema: Schema,
  { problems, ids }: Section,
) {
  const items: Item<z.output<Schema>>[] = [];
  for (const [index, item] of itemsOf(tree, part, clausesMax, problems.within(part)).entries()) {
    const id = writtenId(item) ?? `${part}.${index + 1}`;
    const tell = problems.within(`${part} clause ${id}`);
    if (ids.has(id)) tell(offsetOf(item, "id"), `the id \`${id}\` is taken`, "give each clause an id of its own");
    ids.add(id);
    const clause = read(item, schema, tell);
    if (clause !== undefined) items.push({ tree: item, id, clause, tell });
  }
  return items;
}

function writtenId(item: Tree): string | undefined {
  const id = item.kind === "map" ? item.entries.get("id")?.value : undefined;
  return id?.kind === "scalar" && id.text !== "" ? id.text.slice(0, 63) : undefined;
}

function conditionOf({ tree, tell }: Item<unknown>, scope: Scope, capacity: Capacity): Expr | undefined {
  const scalar = tree.kind === "map" ? tree.entries.get("when")?.value : undefined;
  return scalar?.kind === "scalar" ? checkExpression(scalar, scope, capacity, tell) : undefined;
}

/** Fraud clauses; each has a condition. `part` is `fraud` or `transaction fraud`. */
export function readFraud(tree: Tree | undefined, part: string, section: Section): FraudClause[] {
  return shaped(tree, part, FraudShape, section).flatMap((item) => {
    const expr = conditionOf(item, section.scope, "under age");
    return expr ? [{ id: item.id, when: expr, reason: item.clause.reason }] : [];
  });
}

const capacityOfLevel = { Low: "of age", Medium: "either", High: "under age" } as const;

/** Risk clauses; the last has no condition. */
export function readRisk(tree: Tree | undefined, section: Section): RiskClause[] {
  requireLast(tree, "risk", section.problems);
  return shaped(tree, "risk", RiskShape, section).map((item) => {
    const { id, clause } = item;
    const expr = conditionOf(item, section.scope, capacityOfLevel[clause.level]);
    return { id, level: clause.level, ...(expr && { when: expr }) };
  });
}

const capacityOfStatus = { Approved: "of age", Rejected: "under age", "Under Review": "either" } as const;

/** Approval clauses; the last has no condition, and all but approvals have a reason. */
export function readApproval(tree: Tree | undefined, section: Section): ApprovalClause[] {
  requireLast(tree, "approval", section.problems);
  return shaped(tree, "approval", ApprovalShape, section).map((item) => {
    const { id, clause } = item;
    const expr = conditionOf(item, section.scope, capacityOfStatus[clause.status]);
    checkReason(item, expr);
    return { id, status: clause.status, ...(expr && { when: expr }), ...(clause.reason && { reason: clause.reason }) };
  });
}

function checkReason({ tree, clause, tell }: Item<z.output<typeof ApprovalShape>>, when: Expr | undefined): void {
  const { status, reason } = clause;
  if (status === "Approved") {
    if (reason) tell(offsetOf(tree, "reason"), "an approval has no reason", "remove `reason`");
    return;
  }
  if (!reason) {
    tell(tree.offset, `${status} needs a \`reason\``, "add a reason code, such as reason: CREDIT_SCORE_TOO_LOW");
    return;
  }
  if (!reasons[reason].internal) return;
  // A clause whose condition has a problem of its own is told of that first.
  const onFraud = reason === "SUSPECTED_FRAUD" && (hasBrokenCondition(tree, when) || (when && namesFraud(when)));
  if (onFraud) return;
  const fix = reason === "SUSPECTED_FRAUD" ? "name is_fraud in `when`, or take another code" : "take another code";
  tell(offsetOf(tree, "reason"), `${reason} is internal: a customer has no wording of it`, fix);
}

function hasBrokenCondition(tree: Tree, when: Expr | undefined): boolean {
  return when === undefined && tree.kind === "map" && tree.entries.has("when");
}

function namesFraud(expr: Expr): boolean {
  switch (expr.kind) {
    case "derived":
      return expr.name === "is_fraud";
    case "and":
    case "or":
      return expr.operands.some(namesFraud);
    case "not":
      return namesFraud(expr.operand);
    case "comparison":
      return namesFraud(expr.left) || namesFraud(expr.right);
    default:
      return false;
  }
}

/** A decision always comes out: the last clause holds whatever came before, and none before it does. */
function requireLast(tree: Tree | undefined, part: string, problems: Problems): void {
  const tell = problems.within(part);
  if (tree?.kind !== "list") return;
  if (tree.items.length === 0) tell(tree.offset, `${part} has no clause`, "add one that has no `when`");
  for (const [index, item] of tree.items.entries()) {
    if (item.kind !== "map") continue;
    const isLast = index === tree.items.length - 1;
    if (isLast === !item.entries.has("when")) continue;
    const [message, fix] = isLast
      ? [`the last clause of ${part} has a \`when\`, so that none may hold`, "add one without `when` after it"]
      : [`no clause of ${part} after this one is ever reached, since it has no \`when\``, "add one, or put it last"];
    tell(item.offset, message, fix);
  }
}
