import type { Expr, ValueType } from "../ir.ts";
import { constantSql, quoteName } from "./text.ts";

/** Columns of the engine's own begin with an underscore, which no name of a policy does. */
export const derivedColumns = { is_fraud: "_is_fraud", risk_level: "_risk_level" } as const;

type Arithmetic = Extract<Expr, { kind: "arithmetic" }>;

/**
 * An expression over the columns of its names: decimals as `numeric` in major units, integers as `bigint`. Never null but
 * where it reads a missing input, and there a clause has a guard: `false and null` is false.
 */
export function expressionSql(expr: Expr): string {
  switch (expr.kind) {
    case "constant":
      return constantSql(expr.value, expr.type);
    case "input":
    case "feature":
    case "points":
      return quoteName(expr.name);
    case "derived":
      return quoteName(derivedColumns[expr.name]);
    case "has":
      return `(${quoteName(expr.name)} is not null)`;
    case "negative":
      return `(- ${wide(expr.operand)})`;
    case "arithmetic":
      return arithmeticSql(expr);
    case "comparison":
      return `(${expressionSql(expr.left)} ${operators[expr.operator]} ${expressionSql(expr.right)})`;
    case "in":
      return inSql(expr);
    case "and":
    case "or":
      return `(${expr.operands.map(expressionSql).join(` ${expr.kind} `)})`;
    case "not":
      return `(not ${expressionSql(expr.operand)})`;
  }
}

const operators = { "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;

/** One side that is not `integer` makes Postgres compute in what holds every intermediate; two constants would be. */
function arithmeticSql({ operator, left, right }: Arithmetic): string {
  const first = right.kind === "constant" ? wide(left) : expressionSql(left);
  return `(${first} ${operator} ${expressionSql(right)})`;
}

function wide(expr: Expr): string {
  const sql = expressionSql(expr);
  return expr.kind === "constant" && (expr.type as { scale?: number }).scale === 0 ? `${sql}::bigint` : sql;
}

function inSql({ operand, values }: Extract<Expr, { kind: "in" }>): string {
  const type = typeOf(operand);
  return `(${expressionSql(operand)} in (${values.map((value) => constantSql(value, type)).join(", ")}))`;
}

/** What an expression gives. */
function typeOf(expr: Expr): ValueType {
  return "type" in expr ? expr.type : { kind: "boolean" };
}
