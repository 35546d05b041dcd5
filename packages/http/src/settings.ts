import { z } from "zod";
import type { ApiKey } from "./apiKeys.ts";

const apiKeyLengthMin = 16;
const dayMs = 24 * 60 * 60 * 1_000;

/** An environment variable that holds an integer from `min` to `max`. */
export function integer(min: number, max: number) {
  const error = `is not an integer from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

const Key = z
  .string()
  .min(apiKeyLengthMin, { error: `holds a key of fewer than ${apiKeyLengthMin} characters` })
  .regex(/^[A-Za-z0-9\-._~+/]+=*$/, { error: "holds a key with a character outside A-Z a-z 0-9 - . _ ~ + /" });

const endError = "holds a key whose end is no date in UTC; write it as key@2027-03-31 or key@2027-03-31T12:00:00Z";

/** A date alone is the end of that day. */
const KeyEnd = z.union(
  [
    z.iso.date().transform((date) => Date.parse(`${date}T00:00:00Z`) + dayMs),
    z.iso.datetime().transform((time) => Date.parse(time)),
  ],
  { error: endError },
);

/**
 * Comma separated; each key long enough not to be guessed, and of the characters a Bearer token may have (RFC 6750), which
 * `@` is not: what follows one is the key's end.
 */
export const ApiKeyList = z
  .string({ error: "is not set; the worker refuses to run without an API key" })
  .transform((value) => value.split(",").map((entry) => partsOf(entry.trim())))
  .pipe(z.array(z.object({ key: Key, end: KeyEnd.optional() }).transform(apiKeyOf)));

function partsOf(entry: string): { key: string; end?: string | undefined } {
  const at = entry.indexOf("@");
  return at === -1 ? { key: entry } : { key: entry.slice(0, at), end: entry.slice(at + 1) };
}

function apiKeyOf({ key, end }: { key: string; end?: number | undefined }): ApiKey {
  return end === undefined ? { key } : { key, endMs: end };
}
