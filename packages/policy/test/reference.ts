import { type ApplicationFacts, inputReader } from "../src/inputs.ts";
import type {
  ApprovalClause,
  Bin,
  CheckedPolicy,
  Expr,
  Formula,
  Literal,
  NumberType,
  ReasonPlan,
  Scalar,
} from "../src/ir.ts";

/** What names stand for in one decision: scaled numbers, strings and booleans; a missing input is undefined. */
export type Values = ReadonlyMap<string, Scalar | undefined>;

type Exact = { readonly digits: bigint; readonly scale: number };

/** What a policy says of an application, read off its definition with exact integers: slow, short and apart from the engine. */
export function referenceDecision(policy: CheckedPolicy, facts: ApplicationFacts, windows: readonly number[]) {
  const values = new Map<string, Scalar | undefined>();
  for (const input of policy.inputs) values.set(input.name, inputReader(input)(facts));
  for (const [index, { name }] of policy.features.entries()) values.set(name, windows[index]);
  const { scorecard } = policy;
  if (scorecard) values.set(scorecard.name, scorecard.base + total(policy, values));
  const fraudRules = policy.fraud.filter(({ when }) => holds(when, values)).map(({ id }) => id);
  values.set("is_fraud", fraudRules.length > 0);
  const riskLevel = policy.risk.find(({ when }) => !when || holds(when, values))?.level;
  values.set("risk_level", riskLevel as string);
  const clause = policy.approval.find(({ when }) => !when || holds(when, values));
  return { values: values as Values, fraudRules, riskLevel, clause };
}

function total({ scorecard }: CheckedPolicy, values: Values): number {
  return (scorecard?.characteristics ?? []).reduce((sum, { source, bins }) => {
    const bin = bins.find((candidate) => takes(candidate, values.get(source.name)));
    return sum + (bin?.points ?? Number.NaN);
  }, 0);
}

function takes(bin: Bin, value: Scalar | undefined): boolean {
  if (bin.kind === "missing") return value === undefined;
  if (value === undefined) return false;
  if (bin.kind === "values") return bin.values.includes(value);
  if (bin.kind === "other") return true;
  return !(bin.from !== undefined && Number(value) < bin.from) && !(bin.to !== undefined && Number(value) >= bin.to);
}

/** Whether a test holds, asked from left to right and no further than needed. Throws where it reads a missing input. */
export function holds(expr: Expr, values: Values): boolean {
  switch (expr.kind) {
    case "and":
      return expr.operands.every((operand) => holds(operand, values));
    case "or":
      return expr.operands.some((operand) => holds(operand, values));
    case "not":
      return !holds(expr.operand, values);
    case "has":
      return values.get(expr.name) !== undefined;
    case "in": {
      const { operand } = expr;
      const type = "type" in operand ? operand.type : { kind: "boolean" as const };
      return expr.values.some((value) =>
        holds({ kind: "comparison", operator: "==", left: operand, right: { kind: "constant", type, value } }, values),
      );
    }
    case "comparison":
      return compares(expr, values);
    default:
      return evaluate(expr, values) === true;
  }
}

function compares({ left, right, operator }: Extract<Expr, { kind: "comparison" }>, values: Values): boolean {
  const [a, b] = [evaluate(left, values), evaluate(right, values)];
  const order = typeof a === "object" && typeof b === "object" ? difference(a, b) : a === b ? 0 : 1;
  const outcomes = {
    "==": order === 0,
    "!=": order !== 0,
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
  };
  return outcomes[operator];
}

function difference(a: Exact, b: Exact): number {
  return Number(a.digits * 10n ** BigInt(b.scale) - b.digits * 10n ** BigInt(a.scale));
}

function evaluate(expr: Expr, values: Values): Exact | string | boolean {
  switch (expr.kind) {
    case "constant":
      return typed(expr.value, expr.type);
    case "input":
    case "feature":
    case "points":
    case "derived": {
      const value = values.get(expr.name);
      if (value === undefined) throw new Error(`${expr.name} is missing and was read.`);
      return typed(value, expr.type);
    }
    case "negative": {
      const { digits, scale } = evaluate(expr.operand, values) as Exact;
      return { digits: -digits, scale };
    }
    case "arithmetic": {
      const [a, b] = [evaluate(expr.left, values) as Exact, evaluate(expr.right, values) as Exact];
      if (expr.operator === "*") return { digits: a.digits * b.digits, scale: a.scale + b.scale };
      const [left, right] = [a.digits * 10n ** BigInt(b.scale), b.digits * 10n ** BigInt(a.scale)];
      return { digits: expr.operator === "+" ? left + right : left - right, scale: a.scale + b.scale };
    }
    default:
      return holds(expr, values);
  }
}

function typed(value: Scalar, type: NumberType | { readonly kind: string }): Exact | string | boolean {
  if (typeof value !== "number") return value;
  return { digits: BigInt(value), scale: (type as NumberType).scale };
}

/** Whether a literal holds: not where an input that it reads is missing. */
function literalHolds(policy: CheckedPolicy, { expr, names }: Literal, values: Values): boolean {
  const asksPresence = expr.kind === "has" || (expr.kind === "not" && expr.operand.kind === "has");
  const reads = policy.inputs.filter(({ name }) => names.includes(name));
  if (!asksPresence && reads.some(({ name }) => values.get(name) === undefined)) return false;
  return holds(expr, values);
}

/** Whether a formula of a plan holds. */
export function formulaHolds(policy: CheckedPolicy, plan: ReasonPlan, formula: Formula, values: Values): boolean {
  if (formula.kind === "guard") return holds(formula.expr, values);
  if (formula.kind === "literal") return literalHolds(policy, plan.literals[formula.literal] as Literal, values);
  const outcomes = formula.operands.map((operand) => formulaHolds(policy, plan, operand, values));
  return formula.kind === "all" ? outcomes.every(Boolean) : outcomes.some(Boolean);
}

/** The places of the literals of which a leaf and every formula around it hold. */
function heldLiterals(policy: CheckedPolicy, plan: ReasonPlan, formula: Formula, values: Values): number[] {
  if (!formulaHolds(policy, plan, formula, values) || formula.kind === "guard") return [];
  if (formula.kind === "literal") return [formula.literal];
  return formula.operands.flatMap((operand) => heldLiterals(policy, plan, operand, values));
}

/** The reasons of a decision as the plan defines them. */
export function evaluatedReasons(policy: CheckedPolicy, plan: ReasonPlan, clause: ApprovalClause, values: Values) {
  const held = plan.formula ? new Set(heldLiterals(policy, plan, plan.formula, values)) : new Set<number>();
  const found = plan.literals.flatMap((literal, index) => (held.has(index) ? reasonsOf(policy, literal, values) : []));
  const kept = found.slice(0, 4);
  const alone = clause.reason ? [clause.reason] : [];
  return {
    reasonLiterals: kept.map(({ id }) => id),
    reasons: kept.length > 0 ? [...new Set(kept.map(({ code }) => code))] : alone,
  };
}

function reasonsOf(policy: CheckedPolicy, { id, code, scorecard }: Literal, values: Values) {
  const parts = (scorecard ? (policy.scorecard?.characteristics ?? []) : []).map((characteristic) => {
    const { source, bins, reason } = characteristic;
    const points = bins.find((bin) => takes(bin, values.get(source.name)))?.points ?? Number.NaN;
    return {
      id: `${id}/${characteristic.id}`,
      code: reason ?? policy.reasons[source.name]?.code ?? "SCORECARD_POINTS_TOO_LOW",
      lost: Math.max(...bins.map((bin) => bin.points)) - points,
    };
  });
  const lost = parts.filter((part) => part.lost > 0).sort((a, b) => b.lost - a.lost);
  return lost.length > 0 ? lost : [{ id, code }];
}
