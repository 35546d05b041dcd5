import type { ApprovalStatus } from "@scoreline/contracts";
import type { CheckedPolicy, Expr, Input, NumberType } from "../ir.ts";
import { typeOf, walk } from "../reasons/expression.ts";
import { compileDifference } from "./compile.ts";
import type { Amount, Frame, Layout } from "./frame.ts";
import { binEdges, type CompiledScorecard } from "./scorecard.ts";

/** What the search for a change works with: one policy, compiled. */
export type Compiled = {
  readonly policy: CheckedPolicy;
  readonly layout: Layout;
  readonly scorecard: CompiledScorecard | undefined;
  /** Works out again the scorecard's total, fraud and the risk level after an input of the frame changed. */
  readonly settle: (frame: Frame) => void;
  /** The status that a settled frame is given. */
  readonly status: (frame: Frame) => ApprovalStatus;
};

/** A number that can be changed, on its grid. */
export type NumberInput = Input & { readonly type: NumberType };

/**
 * Where an outcome can change as one input grows, all else as it is: at a breakpoint p it may differ between p - 1 and p.
 * Scaled like the input, ascending. Between two of them it cannot change.
 */
export type Breakpoints = (frame: Frame) => readonly number[];

type Sides = { readonly left: Expr; readonly right: Expr };

/**
 * The breakpoints of a boolean expression in one input, derived names followed into their clauses. Undefined where a test
 * multiplies the input by itself, so that its steps cannot be found by halving.
 */
export function breakpointsOf(expr: Expr, input: NumberInput, compiled: Compiled): Breakpoints | undefined {
  const { policy, layout, scorecard } = compiled;
  const edges = scorecard ? edgesOf(input, policy) : [];
  const fixed = new Set<number>();
  const moving: { readonly difference: Amount; readonly cuts: readonly number[] }[] = [];
  for (const sides of comparisonsOf(expr, policy)) {
    const names = leavesOf(sides);
    const degree = Math.max(degreeIn(sides.left, input.name), degreeIn(sides.right, input.name));
    if (degree > 1) return undefined;
    const readsTotal = edges.length > 0 && names.has("points");
    if (readsTotal) for (const edge of edges) fixed.add(edge);
    if (degree === 0) continue;
    const difference = compileDifference(sides, layout);
    if (names.size > 1 || readsTotal) moving.push({ difference, cuts: readsTotal ? edges : [] });
    // Nothing but the input and constants: the steps are the same for every application.
    else for (const step of stepsOf(difference, layout.frame(), input, [], compiled)) fixed.add(step);
  }
  const ascending = sorted(fixed);
  if (moving.length === 0) return () => ascending;
  return (frame) =>
    sorted([...fixed, ...moving.flatMap(({ difference, cuts }) => stepsOf(difference, frame, input, cuts, compiled))]);
}

function edgesOf(input: NumberInput, { scorecard }: CheckedPolicy): number[] {
  const own = (scorecard?.characteristics ?? []).filter(
    ({ source }) => source.kind === "input" && source.name === input.name,
  );
  return sorted(new Set(own.flatMap(({ bins }) => binEdges(bins, input.type))));
}

/** Every numeric test in an expression as the two sides of a comparison; `in` compares with each of its values. */
function comparisonsOf(expr: Expr, policy: CheckedPolicy): Sides[] {
  const found: Sides[] = [];
  walk(expr, (part) => {
    if (part.kind === "comparison" && typeOf(part.left).kind === "number") found.push(part);
    if (part.kind === "in") found.push(...equalities(part));
    if (part.kind !== "derived") return;
    for (const clause of part.name === "is_fraud" ? policy.fraud : policy.risk) {
      if (clause.when) found.push(...comparisonsOf(clause.when, policy));
    }
  });
  return found;
}

function equalities({ operand, values }: Extract<Expr, { kind: "in" }>): Sides[] {
  const type = typeOf(operand);
  if (type.kind !== "number") return [];
  return values.map((value) => ({ left: operand, right: { kind: "constant", type, value } }));
}

/** What two sides read: `input x`, `feature y`; the scorecard's total as `points`. */
function leavesOf({ left, right }: Sides): Set<string> {
  const leaves = new Set<string>();
  for (const side of [left, right]) {
    walk(side, (part) => {
      if (part.kind === "points") leaves.add("points");
      if (part.kind === "input" || part.kind === "feature") leaves.add(`${part.kind} ${part.name}`);
    });
  }
  return leaves;
}

/** How often an input is multiplied by itself; the scorecard's total counts as constant, for its bins are cut apart. */
function degreeIn(expr: Expr, input: string): number {
  switch (expr.kind) {
    case "input":
      return expr.name === input ? 1 : 0;
    case "negative":
      return degreeIn(expr.operand, input);
    case "arithmetic": {
      const [left, right] = [degreeIn(expr.left, input), degreeIn(expr.right, input)];
      return expr.operator === "*" ? left + right : Math.max(left, right);
    }
    default:
      return 0;
  }
}

/** Where the sign of a difference changes within the input's bounds; it is linear in the input between two `cuts`. */
function stepsOf(
  difference: Amount,
  frame: Frame,
  { name, type }: NumberInput,
  cuts: readonly number[],
  { layout, scorecard }: Compiled,
): number[] {
  const slot = layout.number("input", name);
  const before = frame.numbers[slot] as number;
  const signAt = (value: number) => {
    frame.numbers[slot] = value;
    if (scorecard && cuts.length > 0) frame.numbers[scorecard.slot] = scorecard.total(frame);
    return Math.sign(difference(frame));
  };
  const steps: number[] = [];
  const starts = [type.min, ...cuts];
  for (const [index, from] of starts.entries()) {
    const to = (starts[index + 1] ?? type.max + 1) - 1;
    const last = signAt(to);
    // Another input of the test is missing: whatever this one is, the test is not reached.
    if (Number.isNaN(last)) continue;
    // At most twice: from one sign to zero, and from zero to the other.
    for (let low = from, sign = signAt(low); sign !== last; sign = signAt(low)) {
      low = firstOther(signAt, low, to, sign);
      steps.push(low);
    }
  }
  frame.numbers[slot] = before;
  if (scorecard && cuts.length > 0) frame.numbers[scorecard.slot] = scorecard.total(frame);
  return steps;
}

/** By halving: the first value above `from` with another sign than `sign`; there is one by `to`, for signs only grow or fall. */
function firstOther(signAt: (value: number) => number, from: number, to: number, sign: number): number {
  let [same, other] = [from, to];
  while (other - same > 1) {
    const middle = same + Math.floor((other - same) / 2);
    if (signAt(middle) === sign) same = middle;
    else other = middle;
  }
  return other;
}

function sorted(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
