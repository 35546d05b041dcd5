import { type RiskLevel, riskLevels } from "@scoreline/contracts";
import type { CheckedPolicy, Expr, Scalar } from "../ir.ts";
import { opposite, typeOf } from "./expression.ts";
import { combine, constant, type Node } from "./formula.ts";

type Comparison = Extract<Expr, { kind: "comparison" }>;
type In = Extract<Expr, { kind: "in" }>;

/**
 * What an expression stands in: its policy, the approval clause, and whether it is part of `is_fraud`. A derived name is
 * spelled out once for the policy and kept in `spelled`.
 */
export type Place = {
  readonly policy: CheckedPolicy;
  readonly clause: string;
  readonly fraud: boolean;
  readonly spelled: Map<string, Node>;
};

/**
 * An expression, or its negation, in negation normal form: `and` and `or` of literals, the derived names spelled out, the
 * order of tests kept. Throws `PolicyTooLarge` beyond `leavesMax` leaves.
 */
export function normalForm(expr: Expr, place: Place, negated = false): Node {
  switch (expr.kind) {
    case "not":
      return normalForm(expr.operand, place, !negated);
    case "and":
    case "or":
      return junction((expr.kind === "and") === negated ? "any" : "all", expr.operands, place, negated);
    case "comparison":
      return comparison(expr, place, negated);
    case "in":
      return membership(expr, place, negated);
    case "constant":
      return constant((expr.value === true) !== negated);
    case "derived":
      return fraud(expr, place, negated);
    default:
      return literal(negated ? { kind: "not", operand: expr } : expr, place);
  }
}

function literal(expr: Expr, { fraud }: Place): Node {
  return { kind: "literal", expr, fraud };
}

function junction(kind: "all" | "any", operands: readonly Expr[], place: Place, negated: boolean): Node {
  return combine(
    kind,
    operands.map((operand) => normalForm(operand, place, negated)),
    place.clause,
  );
}

/** `is_fraud` is any of the fraud clauses. That it is not is never a reason, so it is kept whole, as a guard. */
function fraud(expr: Expr, place: Place, negated: boolean): Node {
  const clauses = place.policy.fraud.map((clause) => clause.when);
  if (clauses.length === 0) return constant(negated);
  if (negated) return { kind: "guard", expr: { kind: "not", operand: expr } };
  return spelledOnce("is_fraud", place, () => junction("any", clauses, { ...place, fraud: true }, false));
}

function spelledOnce(name: string, { spelled }: Place, spell: () => Node): Node {
  const node = spelled.get(name) ?? spell();
  spelled.set(name, node);
  return node;
}

function comparison(expr: Comparison, place: Place, negated: boolean): Node {
  const { left, right, operator } = expr;
  if (isRiskLevel(left) || isRiskLevel(right)) {
    const [level, other] = isRiskLevel(left) ? [left, right] : [right, left];
    return equalsLevel(level, other, place, negated !== (operator === "!="));
  }
  if (typeOf(left).kind === "boolean") return equivalence(left, right, place, negated !== (operator === "!="));
  return literal(negated ? opposite(expr) : expr, place);
}

function isRiskLevel(expr: Expr): boolean {
  return expr.kind === "derived" && expr.name === "risk_level";
}

/** Two truths are equal when both hold or neither does; a constant one leaves the other, or its negation. */
function equivalence(left: Expr, right: Expr, place: Place, negated: boolean): Node {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.kind === "constant") return normalForm(other, place, (side.value === false) !== negated);
  }
  const both = (rightNegated: boolean, leftNegated: boolean) =>
    combine("all", [normalForm(left, place, leftNegated), normalForm(right, place, rightNegated)], place.clause);
  return combine("any", [both(negated, false), both(!negated, true)], place.clause);
}

function membership(expr: In, place: Place, negated: boolean): Node {
  if (isRiskLevel(expr.operand)) return levelAmong(expr.values, place, negated);
  return literal(negated ? { kind: "not", operand: expr } : expr, place);
}

/** `risk_level == E`: with a constant the level's own formula, else every level beside `E ==` that level. */
function equalsLevel(level: Expr, other: Expr, place: Place, negated: boolean): Node {
  if (other.kind === "constant") return levelAmong([other.value], place, negated);
  const cases = riskLevels.map((name): Expr => {
    const value: Expr = { kind: "constant", type: { kind: "string" }, value: name };
    const isLevel: Expr = { kind: "in", operand: level, values: [name] };
    const isOther: Expr = { kind: "comparison", operator: "==", left: other, right: value };
    return { kind: "and", operands: [isLevel, isOther] };
  });
  return normalForm({ kind: "or", operands: cases }, place, negated);
}

/** Whether the risk level is one of `values`, by whichever of the levels in and out of them are fewer. */
function levelAmong(values: readonly Scalar[], place: Place, negated: boolean): Node {
  const present = riskLevels.filter((level) => place.policy.risk.some((clause) => clause.level === level));
  const within = present.filter((level) => values.includes(level) !== negated);
  const beyond = present.filter((level) => !within.includes(level));
  if (within.length <= beyond.length) return anyLevel(within, place, false);
  return anyLevel(beyond, place, true);
}

/** A level holds where one of its risk clauses does and none before it: the first that holds decides. */
function anyLevel(levels: readonly RiskLevel[], place: Place, negated: boolean): Node {
  const always: Expr = { kind: "constant", type: { kind: "boolean" }, value: true };
  const { risk } = place.policy;
  const cases = risk.flatMap((clause, index): Expr[] => {
    if (!levels.includes(clause.level)) return [];
    const before = risk.slice(0, index).map((earlier): Expr => ({ kind: "not", operand: earlier.when ?? always }));
    return [{ kind: "and", operands: [...before, clause.when ?? always] }];
  });
  const name = `${negated ? "!" : ""}${levels.join()}`;
  return spelledOnce(name, place, () => normalForm({ kind: "or", operands: cases }, place, negated));
}
