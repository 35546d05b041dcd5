import { isUnstorable } from "@scoreline/contracts";
import type { z } from "zod";
import { type Input, inputMax, type NumberType, type Scalar, scaleMax, type ValueType } from "../ir.ts";
import { Decimal, formatScaled } from "./decimal.ts";
import { offsetOf, type Tree } from "./document.ts";
import type { Problems, Tell } from "./problems.ts";
import { basisOf, refusalOf } from "./prohibited.ts";
import { entriesOf, flag, integer, listOf, number, oneOf, read, scalar, strict, text } from "./shape.ts";

/** Attributes that a policy declares, at most. */
const inputsMax = 64;

/** Characters of an attribute's text at most, as the contract of an application has it. */
const textMax = 256;

const Declaration = strict({
  type: oneOf(["decimal", "integer", "string", "boolean"]),
  scale: integer(0, scaleMax).optional(),
  min: number().optional(),
  max: number().optional(),
  optional: flag.optional(),
  default: scalar.optional(),
  values: listOf(text(textMax, "write a text"), 200).optional(),
});
type Declaration = z.output<typeof Declaration>;

/** The declared attributes by name; undefined for one that has a problem. `declare` gives whether a name is free. */
export function readInputs(
  tree: Tree | undefined,
  problems: Problems,
  declare: (name: string, offset: number, tell: Tell) => boolean,
): Map<string, Input | undefined> {
  const inputs = new Map<string, Input | undefined>();
  for (const { key, keyOffset, value } of entriesOf(tree, "inputs", inputsMax, problems.within("inputs"))) {
    const tell = problems.within(`input ${key}`);
    if (!declare(key, keyOffset, tell)) continue;
    const declaration = read(value, Declaration, tell);
    const basis = basisOf(key);
    if (basis !== undefined) {
      const { message, fix } = refusalOf(basis);
      tell(keyOffset, `\`${key}\` ${message}`, fix);
    }
    const input = declaration && inputOf(key, declaration, value, tell);
    inputs.set(key, basis === undefined ? input : undefined);
  }
  return inputs;
}

function inputOf(name: string, declaration: Declaration, tree: Tree, tell: Tell): Input | undefined {
  const { values, default: standIn } = declaration;
  const optional = declaration.optional === true;
  let sound = true;
  const refuse: Tell = (...problem) => {
    sound = false;
    tell(...problem);
  };
  const type = typeOf(declaration, tree, refuse);
  if (values && declaration.type !== "string") {
    refuse(offsetOf(tree, "values"), "`values` goes with strings", "remove it, or write type: string");
  }
  if (values && new Set(values).size < values.length) {
    refuse(offsetOf(tree, "values"), "a value is listed twice", "list each value once");
  }
  if (optional === (standIn !== undefined)) {
    const [message, fix] = optional
      ? ["an input is either optional or has a default", "remove `optional: true` or the default"]
      : [
          "an application can lack any attribute",
          "write `optional: true` and guard it by has(), or give it a `default`",
        ];
    refuse(offsetOf(tree, "optional"), message, fix);
  }
  if (!type) return undefined;
  const value = standIn === undefined ? undefined : defaultOf(standIn, type, values, offsetOf(tree, "default"), refuse);
  if (!sound) return undefined;
  return {
    name,
    origin: "attribute",
    type,
    optional,
    ...(value !== undefined && { default: value }),
    ...(values && { values }),
  };
}

function typeOf(declaration: Declaration, tree: Tree, tell: Tell): ValueType | undefined {
  const { type, scale, min, max } = declaration;
  if (type === "string" || type === "boolean") {
    for (const key of ["scale", "min", "max"] as const) {
      if (declaration[key] !== undefined) tell(offsetOf(tree, key), `\`${key}\` goes with numbers`, "remove it");
    }
    return { kind: type };
  }
  if (type === "integer" && scale !== undefined) {
    tell(offsetOf(tree, "scale"), "an integer has no `scale`", "remove it, or write type: decimal");
    return undefined;
  }
  if (type === "decimal" && scale === undefined) {
    tell(tree.offset, "a decimal needs its `scale`, the number of its decimals", "add scale: 2");
    return undefined;
  }
  if (min === undefined || max === undefined) {
    const missing = min === undefined && max === undefined ? "`min` and `max`" : min === undefined ? "`min`" : "`max`";
    tell(tree.offset, `a number needs ${missing}`, "add the bounds beyond which a value counts as missing");
    return undefined;
  }
  const least = boundOf(min, scale ?? 0, offsetOf(tree, "min"), tell);
  const most = boundOf(max, scale ?? 0, offsetOf(tree, "max"), tell);
  if (least === undefined || most === undefined) return undefined;
  if (least < most) return { kind: "number", scale: scale ?? 0, min: least, max: most };
  tell(offsetOf(tree, "max"), `\`max\` is ${max} and \`min\` is ${min}`, "make `max` larger than `min`");
  return undefined;
}

/** A decimal scaled for an input; undefined, with the problem told, when it does not fit. */
export function boundOf(value: Decimal, scale: number, offset: number, tell: Tell): number | undefined {
  const scaled = value.scaledBy(scale);
  if (scaled === undefined) {
    tell(offset, `${value} has more than ${scale} decimals`, "write fewer, or raise the scale");
    return undefined;
  }
  if (scaled >= -inputMax && scaled <= inputMax) return Number(scaled);
  tell(offset, `${value} has more than 15 digits with its ${scale} decimals`, "come nearer to 0, or lower the scale");
  return undefined;
}

function defaultOf(
  value: string | Decimal | boolean,
  type: ValueType,
  values: readonly string[] | undefined,
  offset: number,
  tell: Tell,
): Scalar | undefined {
  if (type.kind === "number" && value instanceof Decimal) return numberOf(value, type, offset, tell);
  if (type.kind === "boolean" && typeof value === "boolean") return value;
  if (type.kind === "string" && typeof value === "string") {
    if (values && !values.includes(value)) {
      tell(offset, `the default ${JSON.stringify(value)} is not among \`values\``, "add it there, or take one of them");
    } else if (value === "" || value.length > textMax || isUnstorable(value)) {
      tell(offset, `the default is no text of 1 to ${textMax} characters`, "write one that an application could hold");
    } else return value;
    return undefined;
  }
  const fix = { number: "write a number", string: "write a string in quotes", boolean: "write true or false" }[
    type.kind
  ];
  tell(offset, `the default is not a ${type.kind}`, fix);
  return undefined;
}

function numberOf(value: Decimal, type: NumberType, offset: number, tell: Tell): number | undefined {
  const scaled = boundOf(value, type.scale, offset, tell);
  if (scaled === undefined || (scaled >= type.min && scaled <= type.max)) return scaled;
  const bounds = `${formatScaled(type.min, type.scale)} to ${formatScaled(type.max, type.scale)}`;
  tell(offset, `the default ${value} is not within ${bounds}`, "take a value within the bounds");
  return undefined;
}
