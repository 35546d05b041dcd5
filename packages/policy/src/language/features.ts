import { type Aggregate, aggregates, type Feature, type Input, type NumberType } from "../ir.ts";
import type { Decimal } from "./decimal.ts";
import { offsetOf, type Tree } from "./document.ts";
import { boundOf } from "./inputs.ts";
import type { Problems, Tell } from "./problems.ts";
import type { Scope } from "./scope.ts";
import { always, entriesOf, name, number, read, strict, text } from "./shape.ts";
import { listed } from "./suggest.ts";

/** Windows of one section, at most. */
const featuresMax = 32;

/** The longest window. */
export const windowMsMax = 7 * 24 * 60 * 60 * 1000;

/** A user has at most so many events in a window; more cannot be counted. */
const countType: NumberType = { kind: "number", scale: 0, min: 0, max: 1_000_000_000 };

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const Declaration = strict({
  count: always.optional(),
  sum: name.optional(),
  min: name.optional(),
  max: name.optional(),
  distinct: name.optional(),
  window: text(16, "write a length of time such as 90s, 30m, 24h or 7d"),
  cap: number().optional(),
});

/** The declared windows by name; undefined for one that has a problem. */
export function readFeatures(
  tree: Tree | undefined,
  part: string,
  scope: Scope,
  problems: Problems,
  declare: (name: string, offset: number, tell: Tell) => boolean,
): Map<string, Feature | undefined> {
  const features = new Map<string, Feature | undefined>();
  for (const { key, keyOffset, value } of entriesOf(tree, "features", featuresMax, problems.within(`${part}s`))) {
    const tell = problems.within(`${part} ${key}`);
    if (declare(key, keyOffset, tell)) features.set(key, featureOf(key, value, scope, tell));
  }
  return features;
}

function featureOf(name: string, tree: Tree, scope: Scope, tell: Tell): Feature | undefined {
  const declaration = read(tree, Declaration, tell);
  if (!declaration) return undefined;
  const [aggregate, ...others] = aggregates.filter((word) => declaration[word] !== undefined);
  if (aggregate === undefined || others.length > 0) {
    tell(tree.offset, "a feature has exactly one aggregate", `keep one of ${listed(aggregates)}`);
    return undefined;
  }
  const windowMs = windowOf(declaration.window, offsetOf(tree, "window"), tell);
  const { cap } = declaration;
  if (aggregate !== "sum" && aggregate !== "count" && cap !== undefined) {
    tell(offsetOf(tree, "cap"), "`cap` goes with `sum` and `count`", "remove it");
    return undefined;
  }
  const operand = declaration[aggregate];
  if (typeof operand !== "string") {
    const type = countTypeOf(cap, offsetOf(tree, "cap"), tell);
    if (windowMs === undefined || !type) return undefined;
    return { name, aggregate, windowMs, ...(cap && { cap: type.max }), type };
  }
  const at = offsetOf(tree, aggregate);
  const input = operandOf(aggregate, operand, scope, at, tell);
  if (aggregate === "sum" && cap === undefined) {
    tell(tree.offset, "a sum needs a `cap`, to which it is clamped", "add cap: 10000000");
    return undefined;
  }
  if (!input || windowMs === undefined) return undefined;
  if (input.type.kind !== "number" || aggregate === "distinct") {
    return { name, aggregate, input: operand, windowMs, type: countType };
  }
  if (cap === undefined) return { name, aggregate, input: operand, windowMs, type: input.type };
  const most = boundOf(cap, input.type.scale, offsetOf(tree, "cap"), tell);
  if (most === undefined) return undefined;
  if (most > input.type.min) {
    return { name, aggregate, input: operand, windowMs, cap: most, type: { ...input.type, max: most } };
  }
  tell(offsetOf(tree, "cap"), `every sum reaches the cap ${cap}`, "raise it above the least value of the input");
  return undefined;
}

/** A count includes the event itself; one with a cap can be multiplied by more. */
function countTypeOf(cap: Decimal | undefined, offset: number, tell: Tell): NumberType | undefined {
  const most = cap === undefined ? countType.max : boundOf(cap, 0, offset, tell);
  if (most === undefined) return undefined;
  if (most > 1 && most <= countType.max) return { ...countType, min: 1, max: most };
  tell(offset, `${cap} is no cap of a count`, `write a whole number from 2 to ${countType.max}`);
  return undefined;
}

function windowOf(text: string, offset: number, tell: Tell): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const windowMs = Number(digits) * (unitMs[unit as keyof typeof unitMs] ?? 0);
  if (windowMs >= 1 && windowMs <= windowMsMax) return windowMs;
  tell(offset, `the window ${JSON.stringify(text)} is no length of time up to 7 days`, "write 90s, 30m, 24h or 7d");
  return undefined;
}

/** The input that an aggregate reads, when it may read it. */
function operandOf(aggregate: Aggregate, name: string, scope: Scope, offset: number, tell: Tell): Input | undefined {
  const found = scope.find(name);
  if (found?.kind === "broken") return undefined;
  if (found?.kind === "refused") tell(offset, `\`${name}\` ${found.message}`, found.fix);
  else if (found?.kind !== "input") {
    const { message, fix } = scope.unknown(name);
    tell(offset, message, fix);
  } else if (name === "applicant_age") {
    tell(offset, "an applicant's age is a test of capacity only (12 CFR 1002.6(b)(2)(i))", "remove the feature");
  } else {
    const refusal = refusalFor(aggregate, found.input);
    if (refusal === undefined) return found.input;
    tell(offset, ...refusal);
  }
  return undefined;
}

function refusalFor(aggregate: Aggregate, { name, type, optional }: Input): [string, string] | undefined {
  if (aggregate === "distinct") {
    return type.kind === "boolean"
      ? [`\`${name}\` is a boolean`, "count the values of a string or a number"]
      : undefined;
  }
  if (type.kind !== "number") return [`\`${name}\` is a ${type.kind}`, `take the ${aggregate} of a number`];
  if (optional) return [`\`${name}\` may be missing`, "give it a `default`"];
  if (aggregate === "sum" && type.min < 0) return [`\`${name}\` can be negative`, "give it a `min` of 0 or more"];
  return undefined;
}
