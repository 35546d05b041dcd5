import type { ComparisonOperator, Expr } from "../../ir.ts";
import type { ScalarTree } from "../document.ts";
import type { Tell } from "../problems.ts";
import type { Refusal } from "../prohibited.ts";
import type { Scope } from "../scope.ts";
import { type Capacity, checkAges } from "./ages.ts";
import { comparison, membership } from "./comparisons.ts";
import { readLiteral } from "./literals.ts";
import {
  arithmetic,
  constantOf,
  isNumber,
  type NumberOperand,
  namedOperand,
  negative,
  type Operand,
} from "./operands.ts";
import { presentWhen } from "./presence.ts";
import { refusalOf } from "./refusals.ts";
import { depthMax, type Node, nodesMax, parseExpression, type Syntax } from "./syntax.ts";

/** The checked form of the expression that a scalar of the document holds; undefined, with its problems told, for none. */
export function checkExpression(scalar: ScalarTree, scope: Scope, capacity: Capacity, tell: Tell): Expr | undefined {
  const tellAt: Tell = (index, message, fix) => tell(scalar.at(index), message, fix);
  const syntax = parseExpression(scalar.text, tellAt);
  return syntax && new Checker(syntax, scope, tellAt).check(capacity);
}

type Present = ReadonlySet<string>;
type Call = { readonly name: string; readonly args: readonly Node[] };

const comparisons: ReadonlyMap<string, ComparisonOperator> = new Map([
  ["_==_", "=="],
  ["_!=_", "!="],
  ["_<_", "<"],
  ["_<=_", "<="],
  ["_>_", ">"],
  ["_>=_", ">="],
]);
const sums: ReadonlyMap<string, "+" | "-" | "*"> = new Map([
  ["_+_", "+"],
  ["_-_", "-"],
  ["_*_", "*"],
]);

/** Checks one expression; what it refuses it tells, and goes on with the rest. */
class Checker {
  readonly #syntax: Syntax;
  readonly #scope: Scope;
  readonly #tell: Tell;
  readonly #places = new Map<Expr, Node>();
  #nodes = 0;
  #failed = false;

  constructor(syntax: Syntax, scope: Scope, tell: Tell) {
    this.#syntax = syntax;
    this.#scope = scope;
    this.#tell = tell;
  }

  check(capacity: Capacity): Expr | undefined {
    const expr = this.#test(this.#syntax.root, new Set(), 1);
    if (!expr) return undefined;
    checkAges(expr, capacity, (at, refusal) => this.#refuse(this.#places.get(at) ?? this.#syntax.root, refusal));
    return this.#failed ? undefined : expr;
  }

  /** An expression that is true or false. */
  #test(node: Node, present: Present, depth: number): Expr | undefined {
    if (!this.#enter(node, depth)) return undefined;
    const expr = this.#testOf(node, present, depth);
    if (expr) this.#places.set(expr, node);
    return expr;
  }

  #testOf(node: Node, present: Present, depth: number): Expr | undefined {
    const call = callOf(node);
    if (!call) return this.#bareTest(node, present);
    const [first, second] = call.args;
    if (call.name === "_&&_" || call.name === "_||_") return this.#junction(node, call.name, present, depth);
    if (call.name === "has") return this.#has(node, call.args);
    if (call.name === "!_" && first) {
      const operand = this.#test(first, present, depth + 1);
      return operand && { kind: "not", operand };
    }
    const operator = comparisons.get(call.name);
    if (operator && first && second) return this.#comparison(node, operator, first, second, present, depth);
    if (call.name === "@in" && first && second) return this.#membership(node, first, second, present, depth);
    if (sums.has(call.name) || call.name === "-_") {
      return this.#refuse(node, { message: "a number is no condition", fix: "compare it, such as a - b > 0" });
    }
    return this.#refuse(node, refusalOf(node));
  }

  #junction(node: Node, name: "_&&_" | "_||_", present: Present, depth: number): Expr | undefined {
    const operands: Expr[] = [];
    let known = present;
    let sound = true;
    for (const part of partsOf(node, name)) {
      const operand = this.#test(part, known, depth + 1);
      if (!operand) sound = false;
      else {
        operands.push(operand);
        // What stands further right is asked only where this one came out true, or for `||` false.
        known = new Set([...known, ...presentWhen(operand, name === "_&&_")]);
      }
    }
    return sound ? { kind: name === "_&&_" ? "and" : "or", operands } : undefined;
  }

  /** A name or a constant that stands as a condition by itself. */
  #bareTest(node: Node, present: Present): Expr | undefined {
    const operand = this.#leaf(node, present);
    if (!operand) return undefined;
    if (operand.expr.kind === "constant") {
      return this.#refuse(node, {
        message: "a constant is no condition",
        fix: "name an input, or leave `when` out of the last clause",
      });
    }
    if (operand.type.kind === "boolean") return operand.expr;
    return this.#refuse(node, { message: `a ${operand.type.kind} is no condition`, fix: "compare it with a value" });
  }

  #has(node: Node, args: readonly Node[]): Expr | undefined {
    const [argument] = args;
    if (args.length !== 1 || argument?.exprKind.case !== "identExpr") {
      return this.#refuse(node, { message: "has() takes one bare name", fix: "write has(dti)" });
    }
    const { name } = argument.exprKind.value;
    const named = this.#scope.find(name);
    if (named?.kind === "broken") return this.#fail();
    if (named?.kind === "refused") return this.#refuse(argument, subject(name, named));
    if (!named) return this.#refuse(argument, this.#scope.unknown(name));
    if (named.kind === "input" && named.input.optional) return { kind: "has", name };
    return this.#refuse(node, { message: `\`${name}\` always has a value`, fix: `remove has(${name})` });
  }

  #comparison(node: Node, operator: ComparisonOperator, first: Node, second: Node, present: Present, depth: number) {
    const left = this.#value(first, present, depth + 1);
    const right = this.#value(second, present, depth + 1);
    if (!left || !right) return undefined;
    const result = comparison(operator, left, right);
    return "message" in result ? this.#refuse(node, result) : result;
  }

  #membership(node: Node, first: Node, second: Node, present: Present, depth: number): Expr | undefined {
    const operand = this.#value(first, present, depth + 1);
    if (second.exprKind.case !== "listExpr" || second.exprKind.value.elements.length === 0) {
      return this.#refuse(second, { message: "`in` takes a list of constants", fix: "write name in ['a', 'b']" });
    }
    const { elements } = second.exprKind.value;
    const constants = elements.map((element) => this.#constant(element, depth + 2));
    if (!operand || constants.includes(undefined)) return undefined;
    if (operand.type.kind === "boolean") {
      return this.#refuse(first, { message: "a boolean is no value for `in`", fix: "write the name, or ! before it" });
    }
    if (operand.expr.kind === "constant") {
      return this.#refuse(first, { message: "a constant stands before `in`", fix: "name an input there" });
    }
    const result = membership(operand, constants as Operand[]);
    if (!("refusal" in result)) return result;
    return this.#refuse((result.index === undefined ? undefined : elements[result.index]) ?? node, result.refusal);
  }

  #constant(node: Node, depth: number): Operand | undefined {
    const operand = this.#value(node, new Set(), depth);
    if (!operand || operand.expr.kind === "constant") return operand;
    return this.#refuse(node, { message: "a list holds constants only", fix: "compare with the name itself: a == b" });
  }

  /** An expression that has a value: a name, a constant or a computation. */
  #value(node: Node, present: Present, depth: number): Operand | undefined {
    if (!this.#enter(node, depth)) return undefined;
    const call = callOf(node);
    if (!call) return this.#leaf(node, present);
    const [first, second] = call.args;
    if (call.name === "-_" && first) {
      const operand = this.#number(first, present, depth + 1);
      return operand && negative(operand);
    }
    const operator = sums.get(call.name);
    if (operator && first && second) {
      const left = this.#number(first, present, depth + 1);
      const right = this.#number(second, present, depth + 1);
      if (!left || !right) return undefined;
      const result = arithmetic(operator, left, right);
      return "message" in result ? this.#refuse(node, result) : result;
    }
    if (isTest(call)) {
      const fix = "join two tests by &&: a < b && b < c; of booleans write the name, or ! before it";
      return this.#refuse(node, { message: "a test stands where a value is expected", fix });
    }
    return this.#refuse(node, refusalOf(node));
  }

  #number(node: Node, present: Present, depth: number): NumberOperand | undefined {
    const operand = this.#value(node, present, depth);
    if (!operand || isNumber(operand)) return operand;
    const message = `a ${operand.type.kind} is no number to compute with`;
    return this.#refuse(node, { message, fix: "compute with numbers only" });
  }

  #leaf(node: Node, present: Present): Operand | undefined {
    if (node.exprKind.case === "constExpr") {
      const literal = readLiteral(node, this.#syntax);
      const operand = "message" in literal ? literal : constantOf(literal);
      return "message" in operand ? this.#refuse(node, operand) : operand;
    }
    if (node.exprKind.case !== "identExpr") return this.#refuse(node, refusalOf(node));
    const { name } = node.exprKind.value;
    const named = this.#scope.find(name);
    if (!named) return this.#refuse(node, this.#scope.unknown(name));
    if (named.kind === "refused") return this.#refuse(node, subject(name, named));
    if (named.kind === "input" && named.input.optional && !present.has(name)) {
      const other = named.input.origin === "attribute" ? `, or give ${name} a default` : "";
      const fix = `write has(${name}) && before it${other}`;
      return this.#refuse(node, { message: `\`${name}\` may be missing here`, fix });
    }
    return namedOperand(name, named) ?? this.#fail();
  }

  #enter(node: Node, depth: number): boolean {
    this.#nodes += 1;
    if (depth <= depthMax && this.#nodes <= nodesMax) return true;
    const fix = "split it into several clauses";
    if (depth > depthMax) this.#refuse(node, { message: `the expression is nested deeper than ${depthMax}`, fix });
    // Told once: every further part is beyond the bound as well.
    else if (this.#nodes === nodesMax + 1) {
      this.#refuse(node, { message: `the expression has more than ${nodesMax} parts`, fix });
    }
    return false;
  }

  #refuse(node: Node, { message, fix }: Refusal): undefined {
    this.#failed = true;
    this.#tell(startOf(node, this.#syntax), message, fix);
  }

  #fail(): undefined {
    this.#failed = true;
  }
}

function subject(name: string, { message, fix }: Refusal): Refusal {
  return { message: `\`${name}\` ${message}`, fix };
}

/** An operator or a function; undefined for what is called on a value, which the language has not. */
function callOf({ exprKind }: Node): Call | undefined {
  if (exprKind.case !== "callExpr" || exprKind.value.target) return undefined;
  return { name: exprKind.value.function, args: exprKind.value.args };
}

function isTest({ name }: Call): boolean {
  return comparisons.has(name) || ["_&&_", "_||_", "!_", "@in", "has"].includes(name);
}

/** The operands of a chain of one operator; the parser balances a chain into a tree. */
function partsOf(node: Node, name: string): Node[] {
  const call = callOf(node);
  return call?.name === name ? call.args.flatMap((part) => partsOf(part, name)) : [node];
}

/** The index where the text of a part begins; an operator's own is where it stands between its sides. */
function startOf(node: Node, syntax: Syntax): number {
  const own = syntax.indexOf(node);
  const call = callOf(node);
  return call ? Math.min(own, ...call.args.map((part) => startOf(part, syntax))) : own;
}
