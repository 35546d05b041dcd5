import type { Expr, Scalar, ValueType } from "../ir.ts";
import { formatScaled } from "../language/decimal.ts";
import { typeOf } from "./expression.ts";

/** How tightly each form binds (CEL's grammar, cel-spec doc/langdef.md): an operand that binds less gets parentheses. */
const binding = { or: 1, and: 2, relation: 3, sum: 4, product: 5, unary: 6, primary: 7 } as const;

/** An expression in the policy's language: `loan_amount > 15000 && has(dti)`. Reading it again gives the same meaning. */
export function unparse(expr: Expr): string {
  return write(expr).text;
}

function write(expr: Expr): { text: string; binds: number } {
  switch (expr.kind) {
    case "constant":
      return constant(expr.value, expr.type);
    case "input":
    case "feature":
    case "points":
    case "derived":
      return { text: expr.name, binds: binding.primary };
    case "has":
      return { text: `has(${expr.name})`, binds: binding.primary };
    case "negative":
      return { text: `-${within(expr.operand, binding.primary)}`, binds: binding.unary };
    case "not":
      return { text: `!${within(expr.operand, binding.unary)}`, binds: binding.unary };
    case "arithmetic": {
      const binds = expr.operator === "*" ? binding.product : binding.sum;
      // Left associative: `a - (b - c)` keeps its parentheses.
      return { text: `${within(expr.left, binds)} ${expr.operator} ${within(expr.right, binds + 1)}`, binds };
    }
    case "comparison": {
      const side = binding.relation + 1;
      return {
        text: `${within(expr.left, side)} ${expr.operator} ${within(expr.right, side)}`,
        binds: binding.relation,
      };
    }
    case "in": {
      const type = typeOf(expr.operand);
      const values = expr.values.map((value) => constant(value, type).text).join(", ");
      return { text: `${within(expr.operand, binding.relation + 1)} in [${values}]`, binds: binding.relation };
    }
    case "and":
    case "or": {
      const binds = binding[expr.kind];
      const operator = expr.kind === "and" ? " && " : " || ";
      return { text: expr.operands.map((operand) => within(operand, binds + 1)).join(operator), binds };
    }
  }
}

function within(expr: Expr, bindsMin: number): string {
  const { text, binds } = write(expr);
  return binds < bindsMin ? `(${text})` : text;
}

function constant(value: Scalar, type: ValueType): { text: string; binds: number } {
  if (typeof value === "number" && type.kind === "number") {
    return { text: formatScaled(value, type.scale), binds: value < 0 ? binding.unary : binding.primary };
  }
  return { text: typeof value === "string" ? quoted(value) : String(value), binds: binding.primary };
}

/** The language has no escapes: a string stands in whichever quotes it does not hold. */
function quoted(value: string): string {
  const quote = value.includes("'") ? '"' : "'";
  return `${quote}${value}${quote}`;
}
