import type {
  Bin,
  Characteristic,
  CheckedPolicy,
  ComparisonOperator,
  Expr,
  Scalar,
  Scorecard,
  ValueType,
} from "./ir.ts";
import { formatScaled } from "./language/decimal.ts";
import { isConstant, mirrored, typeOf, walk } from "./reasons/expression.ts";
import { unparse } from "./reasons/unparse.ts";

/** A constant that a clause compares something with, as people read a policy. */
export type PolicyThreshold = {
  readonly stream: "applications" | "transactions";
  readonly section: "fraud" | "risk" | "approval" | "scorecard";
  /** The clause's id; on a scorecard the characteristic's. */
  readonly clause: string;
  /** The status, the risk level, the alert's reason, or the points of a bin. */
  readonly outcome: string;
  /** What stands on the other side: an input, a feature, a derived name or an expression. */
  readonly input: string;
  readonly operator: ComparisonOperator | "in";
  /** In major units, as the language writes it, without a string's quotes. */
  readonly threshold: string;
  /** The same as a decimal; null where it is no number. */
  readonly value: string | null;
  /** The clause's whole test. */
  readonly expression: string;
};

type Place = Omit<PolicyThreshold, "input" | "operator" | "threshold" | "value">;
type Clause = { readonly id: string; readonly when?: Expr };

/** Every constant that a policy compares with, in the order of its sections and clauses; one of a list each. */
export function policyThresholds(policy: CheckedPolicy): PolicyThreshold[] {
  const { fraud, risk, approval, scorecard, transactions } = policy;
  const applications = "applications";
  return [
    ...fraud.flatMap((clause) => ofClause(clause, applications, "fraud", clause.reason)),
    ...risk.flatMap((clause) => ofClause(clause, applications, "risk", clause.level)),
    ...approval.flatMap((clause) => ofClause(clause, applications, "approval", clause.status)),
    ...(scorecard ? ofScorecard(scorecard) : []),
    ...transactions.fraud.flatMap((clause) => ofClause(clause, "transactions", "fraud", clause.reason)),
  ];
}

function ofClause(
  { id, when }: Clause,
  stream: Place["stream"],
  section: Place["section"],
  outcome: string,
): PolicyThreshold[] {
  if (!when) return [];
  const place = { stream, section, clause: id, outcome, expression: unparse(when) };
  const found: PolicyThreshold[] = [];
  walk(when, (part) => found.push(...ofTest(part, place)));
  return found;
}

function ofTest(part: Expr, place: Place): PolicyThreshold[] {
  if (part.kind === "in") {
    const { operand, values } = part;
    return values.map((value) => threshold(place, unparse(operand), "in", value, typeOf(operand)));
  }
  if (part.kind !== "comparison") return [];
  const { left, right, operator } = part;
  if (isConstant(right)) return [threshold(place, unparse(left), operator, right.value, right.type)];
  if (isConstant(left)) return [threshold(place, unparse(right), mirrored[operator], left.value, left.type)];
  return [];
}

function ofScorecard({ type, characteristics }: Scorecard): PolicyThreshold[] {
  return characteristics.flatMap(({ id, source, bins }) =>
    bins.flatMap((bin) => {
      const when = testOf(bin, source);
      return when ? ofClause({ id, when }, "applications", "scorecard", formatScaled(bin.points, type.scale)) : [];
    }),
  );
}

/** A bin as the test that lets a value into it; undefined where it compares with nothing. */
function testOf(bin: Bin, source: Characteristic["source"]): Expr | undefined {
  const operand = source as Expr;
  if (bin.kind === "values") return { kind: "in", operand, values: bin.values };
  if (bin.kind !== "range") return undefined;
  const bound = (operator: ComparisonOperator, value: number | undefined): Expr[] =>
    value === undefined
      ? []
      : [{ kind: "comparison", operator, left: operand, right: { kind: "constant", type: source.type, value } }];
  const bounds = [...bound(">=", bin.from), ...bound("<", bin.to)];
  return bounds.length > 1 ? { kind: "and", operands: bounds } : bounds[0];
}

function threshold(
  place: Place,
  input: string,
  operator: PolicyThreshold["operator"],
  value: Scalar,
  type: ValueType,
): PolicyThreshold {
  const isNumber = typeof value === "number" && type.kind === "number";
  const text = isNumber ? formatScaled(value, type.scale) : String(value);
  return { ...place, input, operator, threshold: text, value: isNumber ? text : null };
}
