import type { ComparisonOperator, Expr, Input, NumberType } from "../ir.ts";
import { isNumberConstant, namesOf, typeOf } from "../reasons/expression.ts";
import type { Amount, Frame, Layout, Test } from "./frame.ts";

type Value = (frame: Frame) => string | boolean | undefined;

type Comparison = Extract<Expr, { kind: "comparison" }>;

/** A boolean expression as a closure over a frame. It reads a missing input only where a guard has ruled that out. */
export function compileTest(expr: Expr, layout: Layout): Test {
  switch (expr.kind) {
    case "has": {
      if (layout.isNumber(expr.name)) {
        const slot = layout.number("input", expr.name);
        return (frame) => !Number.isNaN(frame.numbers[slot]);
      }
      const slot = layout.value(expr.name);
      return (frame) => frame.values[slot] !== undefined;
    }
    case "comparison":
      if (typeOf(expr.left).kind === "number") return numberComparison(expr, layout);
      return valueComparison(expr, layout);
    case "in":
      return membership(expr, layout);
    case "and":
    case "or":
      return junction(
        expr.kind,
        expr.operands.map((operand) => compileTest(operand, layout)),
      );
    case "not": {
      const operand = compileTest(expr.operand, layout);
      return (frame) => !operand(frame);
    }
    default: {
      const value = compileValue(expr, layout);
      return (frame) => value(frame) === true;
    }
  }
}

/** Every clause's literal as `Literal` has it: false where it reads a missing input, whatever it asks. */
export function compileLiteral(expr: Expr, inputs: readonly Input[], layout: Layout): Test {
  const test = compileTest(expr, layout);
  const names = namesOf(expr);
  const optional = inputs.filter((input) => input.optional && names.includes(input.name));
  if (optional.length === 0 || isPresence(expr)) return test;
  const present = optional.map(({ name }) => compileTest({ kind: "has", name }, layout));
  return junction("and", [...present, test]);
}

function isPresence(expr: Expr): boolean {
  return expr.kind === "has" || (expr.kind === "not" && expr.operand.kind === "has");
}

/** All or any of some tests, from left to right, no further than needed. */
export function junction(kind: "and" | "or", tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first && second && tests.length === 2) {
    return kind === "and" ? (frame) => first(frame) && second(frame) : (frame) => first(frame) || second(frame);
  }
  const deciding = kind === "or";
  return (frame) => {
    for (const test of tests) if (test(frame) === deciding) return deciding;
    return !deciding;
  };
}

/** A numeric expression as a closure that gives the value scaled by the expression's own scale. Exact. */
export function compileAmount(expr: Expr, layout: Layout): Amount {
  switch (expr.kind) {
    case "constant": {
      const value = Number(expr.value);
      return () => value;
    }
    case "input":
    case "feature":
    case "points": {
      const slot = layout.number(expr.kind, expr.name);
      return (frame) => frame.numbers[slot] as number;
    }
    case "negative": {
      const operand = compileAmount(expr.operand, layout);
      return (frame) => -operand(frame);
    }
    case "arithmetic":
      return arithmetic(expr, layout);
    default:
      throw new Error(`${expr.kind} is not a number; the policy was not checked.`);
  }
}

function arithmetic(expr: Extract<Expr, { kind: "arithmetic" }>, layout: Layout): Amount {
  const { left, right, operator } = expr;
  if (operator === "*") {
    const [a, b] = [compileAmount(left, layout), compileAmount(right, layout)];
    return (frame) => a(frame) * b(frame);
  }
  const [a, b] = aligned(left, right, layout);
  return operator === "+" ? (frame) => a(frame) + b(frame) : (frame) => a(frame) - b(frame);
}

/** Two numbers at the larger of their scales, the way a sum and a comparison need them. */
function aligned(left: Expr, right: Expr, layout: Layout): [Amount, Amount] {
  const scale = Math.max(scaleOf(left), scaleOf(right));
  return [scaledTo(scale, left, layout), scaledTo(scale, right, layout)];
}

function scaledTo(scale: number, expr: Expr, layout: Layout): Amount {
  const factor = 10 ** (scale - scaleOf(expr));
  const amount = compileAmount(expr, layout);
  if (factor === 1) return amount;
  if (isNumberConstant(expr)) {
    const value = expr.value * factor;
    return () => value;
  }
  return (frame) => amount(frame) * factor;
}

function scaleOf(expr: Expr): number {
  return (typeOf(expr) as NumberType).scale;
}

/** The left side less the right at one scale: its sign is exact, for both are whole and within 2^53. */
export function compileDifference({ left, right }: Pick<Comparison, "left" | "right">, layout: Layout): Amount {
  const [a, b] = aligned(left, right, layout);
  return (frame) => a(frame) - b(frame);
}

function numberComparison(expr: Comparison, layout: Layout): Test {
  const { left, right, operator } = expr;
  // The commonest form reads its slot itself: an input against a constant of no finer scale.
  if (left.kind === "input" && isNumberConstant(right) && right.type.scale <= scaleOf(left)) {
    const bound = right.value * 10 ** (scaleOf(left) - right.type.scale);
    return slotComparison(operator, layout.number("input", left.name), bound);
  }
  return amountComparison(operator, ...aligned(left, right, layout));
}

function slotComparison(operator: ComparisonOperator, slot: number, bound: number): Test {
  switch (operator) {
    case "==":
      return (frame) => frame.numbers[slot] === bound;
    case "!=":
      return (frame) => frame.numbers[slot] !== bound;
    case "<":
      return (frame) => (frame.numbers[slot] as number) < bound;
    case "<=":
      return (frame) => (frame.numbers[slot] as number) <= bound;
    case ">":
      return (frame) => (frame.numbers[slot] as number) > bound;
    case ">=":
      return (frame) => (frame.numbers[slot] as number) >= bound;
  }
}

function amountComparison(operator: ComparisonOperator, left: Amount, right: Amount): Test {
  switch (operator) {
    case "==":
      return (frame) => left(frame) === right(frame);
    case "!=":
      return (frame) => left(frame) !== right(frame);
    case "<":
      return (frame) => left(frame) < right(frame);
    case "<=":
      return (frame) => left(frame) <= right(frame);
    case ">":
      return (frame) => left(frame) > right(frame);
    case ">=":
      return (frame) => left(frame) >= right(frame);
  }
}

function valueComparison({ left, right, operator }: Comparison, layout: Layout): Test {
  const [a, b] = [compileValue(left, layout), compileValue(right, layout)];
  return operator === "==" ? (frame) => a(frame) === b(frame) : (frame) => a(frame) !== b(frame);
}

function membership({ operand, values }: Extract<Expr, { kind: "in" }>, layout: Layout): Test {
  const set = new Set<unknown>(values);
  const read = typeOf(operand).kind === "number" ? compileAmount(operand, layout) : compileValue(operand, layout);
  return (frame) => set.has(read(frame));
}

function compileValue(expr: Expr, layout: Layout): Value {
  switch (expr.kind) {
    case "constant": {
      const value = expr.value as string | boolean;
      return () => value;
    }
    case "input": {
      const slot = layout.value(expr.name);
      return (frame) => frame.values[slot];
    }
    case "derived":
      return expr.name === "is_fraud" ? (frame) => frame.isFraud : (frame) => frame.riskLevel;
    default:
      return compileTest(expr, layout);
  }
}
