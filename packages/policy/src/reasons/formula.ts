import type { Expr } from "../ir.ts";
import { type Bound, boundOf, compareConstants, namesOf } from "./expression.ts";

/** A formula in negation normal form while a plan is made: literals are not numbered yet, and it may be constant. */
export type Node =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "literal"; readonly expr: Expr; readonly fraud: boolean }
  | { readonly kind: "guard"; readonly expr: Expr }
  | { readonly kind: "all" | "any"; readonly operands: readonly Node[] };

/** Leaves of a formula at most. */
export const leavesMax = 200;

/** A formula grew beyond `leavesMax` leaves when its derived names were expanded. */
export class PolicyTooLarge extends Error {
  override readonly name = "PolicyTooLarge";
  readonly clause: string;

  constructor(clause: string) {
    super(
      `Approval clause ${clause} comes to more than ${leavesMax} tests once is_fraud and risk_level are spelled out.`,
    );
    this.clause = clause;
  }
}

/**
 * All or any of some formulas, in their order and simplified: nested ones of the same kind are opened, constants folded,
 * equal ones kept once, and of several bounds on one operand only the deciding one kept.
 */
export function combine(kind: "all" | "any", parts: readonly Node[], clause: string): Node {
  const absorbing = kind === "any";
  const flat = parts.flatMap((part) => (part.kind === kind ? part.operands : [part]));
  if (flat.some((part) => part.kind === "constant" && part.value === absorbing)) return constant(absorbing);
  const operands = withoutLooseBounds(kind, withoutRepeats(flat.filter((part) => part.kind !== "constant")));
  const [only] = operands;
  if (!only) return constant(!absorbing);
  if (operands.length === 1) return only;
  const node: Node = { kind, operands };
  if (leavesOf(node) > leavesMax) throw new PolicyTooLarge(clause);
  return node;
}

export function constant(value: boolean): Node {
  return { kind: "constant", value };
}

function leavesOf(node: Node): number {
  if (node.kind !== "all" && node.kind !== "any") return 1;
  return node.operands.reduce((sum, operand) => sum + leavesOf(operand), 0);
}

function withoutRepeats(nodes: readonly Node[]): Node[] {
  const byKey = new Map<string, Node>();
  for (const node of nodes) {
    const key = keyOf(node);
    if (!byKey.has(key)) byKey.set(key, node);
  }
  return [...byKey.values()];
}

const keys = new WeakMap<Node, string>();

/** The same for equal formulas. Kept: a policy may spell out one derived name in many places. */
export function keyOf(node: Node): string {
  const known = keys.get(node);
  if (known !== undefined) return known;
  const key = JSON.stringify(node);
  keys.set(node, key);
  return key;
}

/** `x < 700` beside `x < 500` says nothing in an `all`, and everything in an `any`. The kept one stays in its place. */
function withoutLooseBounds(kind: "all" | "any", nodes: readonly Node[]): Node[] {
  const deciding = new Map<string, { node: Node; bound: Bound }>();
  const dropped = new Set<Node>();
  for (const node of nodes) {
    const bound = node.kind === "literal" ? boundOf(node.expr) : undefined;
    const side = bound && sideOf(bound);
    if (!bound || !side || node.kind !== "literal") continue;
    // A fraud test is never merged with another: it is recorded under a code of its own.
    const key = `${side} ${node.fraud} ${JSON.stringify(bound.operand)}`;
    const other = deciding.get(key);
    if (other && isTighter(other.bound, bound, side) === (kind === "all")) {
      dropped.add(node);
      continue;
    }
    if (other) dropped.add(other.node);
    deciding.set(key, { node, bound });
  }
  return nodes.filter((node) => !dropped.has(node));
}

function sideOf({ operator }: Bound): "upper" | "lower" | undefined {
  if (operator === "<" || operator === "<=") return "upper";
  if (operator === ">" || operator === ">=") return "lower";
  return undefined;
}

/** Whether `a` lets fewer values through than `b`, both bounds of one side; they are never equal. */
function isTighter(a: Bound, b: Bound, side: "upper" | "lower"): boolean {
  const order = compareConstants(a.constant, b.constant);
  if (order === 0) return a.operator === "<" || a.operator === ">";
  return side === "upper" ? order < 0 : order > 0;
}

/**
 * Turns each `has(x)` of an `all` that also tests x into a guard: that x is there explains nothing where its value is what
 * was tested. `has(x)` that stands without a test of x stays a literal.
 */
export function withGuards(node: Node): Node {
  if (node.kind !== "all" && node.kind !== "any") return node;
  const operands = node.operands.map(withGuards);
  if (node.kind === "any") return { kind: "any", operands };
  const tested = new Set(operands.flatMap(testedNames));
  return {
    kind: "all",
    operands: operands.map((operand) =>
      operand.kind === "literal" && operand.expr.kind === "has" && tested.has(operand.expr.name)
        ? { kind: "guard", expr: operand.expr }
        : operand,
    ),
  };
}

function testedNames(node: Node): string[] {
  if (node.kind === "all" || node.kind === "any") return node.operands.flatMap(testedNames);
  return node.kind === "literal" && node.expr.kind !== "has" ? namesOf(node.expr) : [];
}
