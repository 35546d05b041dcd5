import type { z } from "zod";

/** An environment that an app cannot start with. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/**
 * Reads an app's environment by its schema; an empty variable counts as unset. Throws `EnvironmentError`, whose message
 * names every variable that does not fit and what is wrong with it.
 */
export function readEnvironment<Schema extends z.ZodType>(
  app: string,
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${String(path[0])} ${message}`);
  throw new EnvironmentError(`${app} cannot start:\n${lines.join("\n")}`);
}
