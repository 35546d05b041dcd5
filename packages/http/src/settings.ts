import { z } from "zod";

const apiKeyLengthMin = 16;

/** An environment variable that holds an integer from `min` to `max`. */
export function integer(min: number, max: number) {
  const error = `is not an integer from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** Comma separated; each long enough not to be guessed, and of the characters a Bearer token may have (RFC 6750). */
export const ApiKeyList = z
  .string({ error: "is not set; the worker refuses to run without an API key" })
  .transform((value) => value.split(",").map((key) => key.trim()))
  .pipe(
    z.array(
      z
        .string()
        .min(apiKeyLengthMin, { error: `holds a key of fewer than ${apiKeyLengthMin} characters` })
        .regex(/^[A-Za-z0-9\-._~+/]+=*$/, { error: "holds a key with a character outside A-Z a-z 0-9 - . _ ~ + /" }),
    ),
  );
