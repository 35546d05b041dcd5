import { z } from "zod";
import { nameOf } from "./text.ts";

const canonicalForm = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * An `application_id` or `user_id`: a JSON integer or a string of 1-64 of `[A-Za-z0-9_.:-]`. Gives the string, the one
 * form that is stored and compared, so `7` and `"7"` are one customer. An integer beyond 2^53-1 is refused, because
 * JSON.parse has already merged it with its neighbours.
 */
export const Identifier = z
  .unknown()
  .meta({
    type: ["string", "integer"],
    pattern: canonicalForm.source,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Integer within ±(2^53-1), or a string of 1-64 of [A-Za-z0-9_.:-]; 7 and "7" are the same id.',
  })
  .transform((value, context): string => {
    const id = identifierOf(value);
    if (id !== undefined) return id;
    context.addIssue({ code: "custom", message: problemOf(value) });
    return z.NEVER;
  });

/** The canonical form of an identifier; undefined where `value` is none. */
export function identifierOf(value: unknown): string | undefined {
  if (typeof value === "string") return canonicalForm.test(value) ? value : undefined;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function problemOf(value: unknown): string {
  if (typeof value === "string") return `is ${nameOf(value)}; send 1-64 characters of A-Z a-z 0-9 _ . : -`;
  if (typeof value === "number" && Number.isInteger(value)) {
    return "is an integer beyond 2^53-1, whose last digits are lost in JSON; send a string";
  }
  return `is ${nameOf(value)}; send an integer or a string`;
}
