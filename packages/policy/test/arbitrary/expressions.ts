import type { ComparisonOperator, NumberType } from "../../src/ir.ts";
import { formatScaled } from "../../src/language/decimal.ts";
import { align, arithmeticType, foregone, negativeType } from "../../src/language/expression/intervals.ts";
import { trickyTexts } from "../../src/vectors/values.ts";
import type { Choices } from "./choices.ts";
import { type Known, scaledWithin } from "./names.ts";

type Operand = { readonly text: string; readonly type: NumberType };
type Present = ReadonlySet<string>;

const orders: readonly ComparisonOperator[] = [">=", ">", "<", "<=", "==", "!="];
const mirrored = { ">=": "<=", ">": "<", "<": ">", "<=": ">=", "==": "==", "!=": "!=" } as const;
const factors = ["2", "3", "0.5", "0.25", "10", "1.001", "100000"];
const fallback = "credit_score >= 600";

/** Writes tests in the policy's language over some names; optional ones are guarded. */
export class Expressions {
  readonly #choices: Choices;
  readonly #names: readonly Known[];
  readonly #derived: boolean;

  /** `derived`: the tests are of an approval clause, which may name is_fraud and risk_level. */
  constructor(choices: Choices, names: readonly Known[], { derived }: { derived: boolean }) {
    this.#choices = choices;
    this.#names = names;
    this.#derived = derived;
  }

  /** A test of this depth at most. `present` are the optional names that are known to be there. */
  test(depth: number, present: Present = new Set()): string {
    const choices = this.#choices;
    const kinds = ["atom", "and", "or", "guarded", "not", "unless"] as const;
    const kind = depth === 0 ? choices.pick(["atom", "guarded"]) : choices.pick(kinds);
    const below = Math.max(0, depth - 1);
    if (kind === "atom") return this.#atom(present);
    if (kind === "not") return `!(${this.test(below, present)})`;
    if (kind === "and" || kind === "or") {
      const parts = Array.from({ length: 2 + choices.upTo(1) }, () => this.test(below, present));
      return `(${parts.join(kind === "and" ? " && " : " || ")})`;
    }
    const missable = this.#names.filter(({ name, optional }) => optional && !present.has(name));
    if (missable.length === 0) return this.#atom(present);
    const { name } = choices.pick(missable);
    const there = new Set([...present, name]);
    const [inner, about] = [this.test(below, there), this.#atomOf(name, there)];
    if (kind === "unless") return `(!has(${name}) || ${choices.pick([about, inner])})`;
    return `(has(${name}) && ${choices.pick([about, inner, `${about} && ${inner}`])})`;
  }

  #usable(present: Present): Known[] {
    return this.#names.filter(({ name, optional }) => !optional || present.has(name));
  }

  #atom(present: Present): string {
    const choices = this.#choices;
    if (this.#derived && choices.chance(25)) return this.#derivedTest();
    if (choices.chance(10)) {
      const optional = this.#names.filter((known) => known.optional);
      if (optional.length > 0) return `${choices.pick(["", "!"])}has(${choices.pick(optional).name})`;
    }
    return this.#atomOf(choices.pick(this.#usable(present)).name, present);
  }

  /** A test of one name, which is known to be there. */
  #atomOf(name: string, present: Present): string {
    const known = this.#names.find((candidate) => candidate.name === name) as Known;
    if (known.type.kind === "number") return this.#comparison({ text: name, type: known.type }, present);
    return known.type.kind === "string" ? this.#stringTest(known, present) : this.#booleanTest(known, present);
  }

  #derivedTest(): string {
    const choices = this.#choices;
    const level = choices.pick(["High", "Medium", "Low"]);
    const texts = this.#names.filter(({ type, optional }) => type.kind === "string" && !optional);
    if (texts.length > 0 && choices.chance(10)) return `risk_level == ${choices.pick(texts).name}`;
    const tests = ["is_fraud", `risk_level == '${level}'`, `risk_level != '${level}'`, "!is_fraud"];
    return choices.pick([...tests, "risk_level in ['Low', 'High']", "!(risk_level in ['Medium', 'High'])"]);
  }

  #comparison(name: Operand, present: Present): string {
    const choices = this.#choices;
    const left = this.#grown(name, present);
    if (choices.chance(10)) return this.#numberList(left);
    const right = choices.chance(30) ? this.#grown(this.#number(present), present) : this.#constantFor(left.type);
    const start = choices.upTo(orders.length - 1);
    for (const [index] of orders.entries()) {
      const operator = orders[(start + index) % orders.length] as ComparisonOperator;
      const both = align(left.type, right.type);
      const finer = right.type.scale > left.type.scale && (operator === "==" || operator === "!=");
      if (!both || finer || foregone(operator, ...both) !== undefined) continue;
      return choices.chance(15)
        ? `${right.text} ${mirrored[operator]} ${left.text}`
        : `${left.text} ${operator} ${right.text}`;
    }
    return fallback;
  }

  #numberList({ text, type }: Operand): string {
    const scaled = new Set(Array.from({ length: 1 + this.#choices.upTo(3) }, () => scaledWithin(type, this.#choices)));
    if (scaled.size > type.max - type.min) return fallback;
    return `${text} in [${[...scaled].map((value) => formatScaled(value, type.scale)).join(", ")}]`;
  }

  /** A number, or something computed with it. */
  #grown(operand: Operand, present: Present): Operand {
    const choices = this.#choices;
    if (!choices.chance(35)) return operand;
    const { text, type } = operand;
    if (choices.chance(10)) return { text: `-${text}`, type: negativeType(type) };
    const other = choices.chance(50) ? this.#factor() : this.#number(present);
    const operator = choices.pick(["+", "-", "*"] as const);
    const [a, b] = choices.chance(50) ? [operand, other] : [other, operand];
    const result = arithmeticType(operator, a.type, b.type);
    return result ? { text: `(${a.text} ${operator} ${b.text})`, type: result } : operand;
  }

  #number(present: Present): Operand {
    const numbers = this.#usable(present).filter(({ type }) => type.kind === "number");
    const { name, type } = this.#choices.pick(numbers);
    return { text: name, type: type as NumberType };
  }

  #factor(): Operand {
    const text = this.#choices.pick(factors);
    const scale = text.split(".")[1]?.length ?? 0;
    const scaled = Math.round(Number(text) * 10 ** scale);
    return { text, type: { kind: "number", scale, min: scaled, max: scaled } };
  }

  /** A constant where the comparison can come out either way; now and then between two values of the grid. */
  #constantFor(type: NumberType): Operand {
    const scaled = scaledWithin(type, this.#choices);
    const finer = this.#choices.chance(10) && type.scale < 6 && Math.abs(scaled) < 10 ** 13;
    const [value, scale] = finer ? [scaled * 10 + 5, type.scale + 1] : [scaled, type.scale];
    return { text: formatScaled(value, scale), type: { kind: "number", scale, min: value, max: value } };
  }

  #booleanTest({ name }: Known, present: Present): string {
    const others = this.#usable(present).filter(({ type }) => type.kind === "boolean");
    const other = this.#choices.pick(others).name;
    return this.#choices.pick([name, `!${name}`, `${name} == true`, `${name} != false`, `${name} == ${other}`]);
  }

  #stringTest({ name, values }: Known, present: Present): string {
    const choices = this.#choices;
    if (choices.chance(10)) {
      const other = choices.pick(this.#usable(present).filter(({ type }) => type.kind === "string"));
      return `${name} ${choices.pick(["==", "!="])} ${other.name}`;
    }
    const allowed = (values ?? trickyTexts).filter((text) => quoted(text) !== undefined);
    const listed = choices.some(allowed, 40);
    if (listed.length > 0 && listed.length < (values ?? trickyTexts).length && choices.chance(50)) {
      return `${name} in [${listed.map(quoted).join(", ")}]`;
    }
    if (allowed.length === 0) return fallback;
    return `${name} ${choices.pick(["==", "!="])} ${quoted(choices.pick(allowed))}`;
  }
}

/** A text as a string of the language, which has no escapes; undefined where it cannot be written. */
function quoted(text: string): string | undefined {
  if (/[\\\n]/.test(text) || (text.includes("'") && text.includes('"'))) return undefined;
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}
