import { z } from "zod";
import { Decimal } from "./decimal.ts";
import type { Tree } from "./document.ts";
import type { Tell } from "./problems.ts";
import { listed, nearest } from "./suggest.ts";

/*
 * The shape of a policy document, one schema a part. An error is worded `what is wrong; what to do`, behind its key.
 */

const nameForm = /^[a-z][a-z0-9_]{0,62}$/;
const clauseIdForm = /^[a-z][a-z0-9_-]{0,62}$/;

/** What a value is, in YAML's words. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (value instanceof Decimal) return `the number ${value}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return String(value);
}

const error = (fix: string) => (issue: { input?: unknown }) => `is ${shown(issue.input)}; ${fix}`;

/** A map with these keys and no others. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      // `read` turns the known keys into a suggestion for each unknown one.
      issue.code === "unrecognized_keys"
        ? Object.keys(shape).join(" ")
        : `is ${shown(issue.input)}; write a map with ${listed(Object.keys(shape), "and")}`,
  });
}

/** A string of at most `lengthMax` characters that says something. */
export function text(lengthMax: number, fix: string) {
  return z
    .string({ error: error(`${fix}, in quotes where it looks like a number`) })
    .regex(/\S/, { error: error(fix) })
    .max(lengthMax, { error: `is longer than ${lengthMax} characters; shorten it` });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, {
    error: (issue) => {
      const near = typeof issue.input === "string" ? nearest(issue.input, words) : undefined;
      return `is ${shown(issue.input)}; write ${near === undefined ? listed(words) : `\`${near}\``}`;
    },
  });
}

/** A decimal, as it is written. */
export function number(fix = "write a decimal such as 10 or 10.25") {
  return z.instanceof(Decimal, { error: error(fix) });
}

/** An integer within bounds. */
export function integer(min: number, max: number) {
  const fix = `write an integer from ${min} to ${max}`;
  return number(fix)
    .refine((value) => value.scale === 0 && value.unscaled >= min && value.unscaled <= max, { error: error(fix) })
    .transform((value) => Number(value.unscaled));
}

/** `true` or `false`. */
export const flag = z.boolean({ error: error("write true or false") });

/** `true`, or the key is left out. */
export const always = z.literal(true, { error: error("write true, or leave the key out") });

/** A string, a number, true or false. */
export const scalar = z.union([z.string(), z.instanceof(Decimal), z.boolean()], {
  error: error("write a string, a number, true or false"),
});

/** A list of at most `lengthMax` entries. */
export function listOf<Item extends z.ZodType>(item: Item, lengthMax: number) {
  return z
    .array(item, { error: error("write a list") })
    .min(1, { error: "is empty; list a value, or leave the key out" })
    .max(lengthMax, { error: `has more than ${lengthMax} entries; shorten it` });
}

/** A name that an expression can hold: of an input, a feature or a scorecard. */
export const name = z
  .string({ error: error("write a name") })
  .regex(nameForm, { error: error("write a lower_snake_case name of at most 63 characters") });

/** The id of a clause; one that is left out gets a number, which holds a dot and is never written by hand. */
export const clauseId = z.string({ error: error("write a short id such as high-risk") }).regex(clauseIdForm, {
  error: error("write lower-case letters, digits, - and _, at most 63, beginning with a letter"),
});

/** What a part of the document holds, once it has the shape; undefined, with its problems told, when it has not. */
export function read<Schema extends z.ZodType>(tree: Tree, schema: Schema, tell: Tell): z.output<Schema> | undefined {
  const parsed = schema.safeParse(plain(tree));
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) tellUnknown(key, issue.message.split(" "), inside(tree, issue.path), tell);
      continue;
    }
    // A quoted value may hold the same sign; what to do never does.
    const end = issue.message.lastIndexOf("; ");
    const [message, fix] = [issue.message.slice(0, end), issue.message.slice(end + 2)];
    const where = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
    const subject = where === "" ? "this" : where.replace(/^\./, "");
    tell(inside(tree, issue.path).offset, `${subject} ${message}`, fix);
  }
  return undefined;
}

function tellUnknown(key: string, known: string[], tree: Tree, tell: Tell): void {
  const offset = tree.kind === "map" ? (tree.entries.get(key)?.keyOffset ?? tree.offset) : tree.offset;
  const near = nearest(key, known);
  const fix = near === undefined ? `the keys here are ${listed(known, "and")}` : `write \`${near}\``;
  tell(offset, `\`${key}\` is not a key here`, fix);
}

/** The deepest part of the tree on a path: a missing key is told where its map begins. */
function inside(tree: Tree, path: readonly PropertyKey[]): Tree {
  let at = tree;
  for (const step of path) {
    const next =
      at.kind === "map" ? at.entries.get(String(step))?.value : at.kind === "list" ? at.items[Number(step)] : undefined;
    if (!next) return at;
    at = next;
  }
  return at;
}

/** Plain data for a schema; a map has no prototype, so a key such as `constructor` is one like any other. */
function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, { value }] of tree.entries) {
    Object.defineProperty(map, key, { value: plain(value), enumerable: true });
  }
  return map;
}

/** The entries of a map of parts, such as `inputs`; none when it is left out or has another shape, which is told. */
export function entriesOf(tree: Tree | undefined, what: string, lengthMax: number, tell: Tell) {
  if (tree === undefined) return [];
  if (tree.kind !== "map") {
    tell(tree.offset, `${what} is not a map`, `write ${what} as names with what they mean, or leave it out`);
    return [];
  }
  const entries = [...tree.entries].map(([key, { keyOffset, value }]) => ({ key, keyOffset, value }));
  for (const { keyOffset } of entries.slice(lengthMax, lengthMax + 1)) {
    tell(keyOffset, `${what} has more than ${lengthMax} entries`, "remove some");
  }
  return entries.slice(0, lengthMax);
}

/** The items of a list of parts, such as `fraud`; none when it is left out or has another shape, which is told. */
export function itemsOf(tree: Tree | undefined, what: string, lengthMax: number, tell: Tell): Tree[] {
  if (tree === undefined) return [];
  if (tree.kind !== "list") {
    tell(tree.offset, `${what} is not a list`, `begin each entry of ${what} with a dash`);
    return [];
  }
  for (const item of tree.items.slice(lengthMax, lengthMax + 1)) {
    tell(item.offset, `${what} has more than ${lengthMax} entries`, "remove some");
  }
  return tree.items.slice(0, lengthMax);
}
