import type { ValueType } from "../../src/ir.ts";
import { formatScaled } from "../../src/language/decimal.ts";
import { applicationFields, transactionFields } from "../../src/language/fields.ts";
import { trickyTexts } from "../../src/vectors/values.ts";
import type { Choices } from "./choices.ts";

/** A name that an expression may hold, and what it stands for. */
export type Known = {
  readonly name: string;
  readonly type: ValueType;
  readonly optional: boolean;
  readonly values?: readonly string[];
  /** It is an input, which a window may read. */
  readonly input: boolean;
};

export type Declared = Known & { readonly yaml: string };

/** The contract's fields. An age is a test of capacity only, which the clauses write. */
export const fields: readonly Known[] = applicationFields
  .filter(({ name }) => name !== "applicant_age")
  .map((field) => ({ ...field, input: true }));

/** A card transaction's fields; it has no attributes. */
export const cardFields: readonly Known[] = transactionFields.map((field) => ({ ...field, input: true }));

const attributes = ["dti", "annual_income", "purpose", "employed", "inquiries", "ratio"];

/** Some attributes of any type, optional or with a default. */
export function declaredInputs(choices: Choices): Declared[] {
  return choices.some(attributes, 60).map((name) => {
    const type = typeOf(choices);
    const values = type.kind === "string" && choices.chance(50) ? valuesOf(choices) : undefined;
    const optional = choices.chance(50);
    const standIn = optional ? "optional: true" : `default: ${defaultOf(type, values, choices)}`;
    const listed = values ? [`values: [${values.map((value) => JSON.stringify(value)).join(", ")}]`] : [];
    const yaml = `  ${name}: { ${[...typeYaml(type), ...listed, standIn].join(", ")} }`;
    return { name, type, optional, input: true, ...(values && { values }), yaml };
  });
}

function typeOf(choices: Choices): ValueType {
  const kind = choices.pick(["number", "number", "string", "boolean"] as const);
  if (kind !== "number") return { kind };
  const scale = choices.pick([0, 0, 1, 2, 6]);
  // Up to the 15 digits that an input may have; most leave room to compute with.
  const most = 10 ** choices.pick([1, 3, 5, 7, 9, 15]) - 1;
  const min = choices.pick([0, 0, 1, -most]);
  return { kind, scale, min, max: Math.max(min + 1, most - choices.upTo(3)) };
}

function typeYaml(type: ValueType): string[] {
  if (type.kind !== "number") return [`type: ${type.kind}`];
  const { scale, min, max } = type;
  const bounds = [`min: ${formatScaled(min, scale)}`, `max: ${formatScaled(max, scale)}`];
  return scale === 0 ? ["type: integer", ...bounds] : ["type: decimal", `scale: ${scale}`, ...bounds];
}

function valuesOf(choices: Choices): string[] {
  const values = choices.some(trickyTexts, 40);
  return values.length >= 2 ? values : ["a", "A"];
}

function defaultOf(type: ValueType, values: readonly string[] | undefined, choices: Choices): string {
  if (type.kind === "boolean") return String(choices.chance(50));
  if (type.kind === "string") return JSON.stringify(choices.pick(values ?? trickyTexts));
  return formatScaled(scaledWithin(type, choices), type.scale);
}

/** A scaled number within bounds: at an end, beside it, or anywhere between. */
export function scaledWithin({ min, max }: { min: number; max: number }, choices: Choices): number {
  const middle = Math.floor(min / 2 + max / 2);
  const anywhere = min + Math.floor(((max - min) * choices.upTo(999)) / 1000);
  const near = Math.min(max, Math.max(min, choices.upTo(20)));
  return choices.pick([middle, near, anywhere, min, min + 1, max, max - 1]);
}
