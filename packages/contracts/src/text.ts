import { z } from "zod";

// Postgres cannot hold U+0000 in text, and a lone surrogate has no UTF-8 form (PostgreSQL manual, 8.3 Character Types).
const unstorable = /\0|\p{Surrogate}/u;

/** A string of 1 to `lengthMax` characters that every store can hold: no U+0000, no lone surrogate. */
export function text(lengthMax: number) {
  return z
    .string({ error: (issue) => `is ${nameOf(issue.input)}; send a string` })
    .min(1, { error: "is empty; leave the field out or send a value" })
    .max(lengthMax, { error: `is longer than ${lengthMax} characters` })
    .refine((value) => !unstorable.test(value), {
      error: "holds U+0000 or a lone surrogate, which no store can keep; remove it",
    });
}

/** True for what `text(lengthMax)` accepts. */
export function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= lengthMax && !unstorable.test(value);
}

/** True when `value` holds a character that Postgres text cannot. */
export function isUnstorable(value: string): boolean {
  return unstorable.test(value);
}

/** What a value is, in JSON's words, for an error message: `"null"`, `"an array"`, `"the string \"abc\""`, `"-5"`. */
export function nameOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the string ${JSON.stringify(shorten(value))}`;
  return String(value);
}

const nameLengthMax = 64;

/** A field name of a sender's own choice, fit for a message, a header and a table: bounded, without unstorable characters. */
export function shownName(name: string): string {
  const bounded = name.length > nameLengthMax ? `${name.slice(0, nameLengthMax)}…` : name;
  return bounded.replace(/\0|\p{Surrogate}/gu, "\ufffd");
}

const quotedLengthMax = 40;

function shorten(value: string): string {
  return value.length > quotedLengthMax ? `${value.slice(0, quotedLengthMax)}…` : value;
}
