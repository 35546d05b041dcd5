/** The command cannot be done as it was given: an argument, a file, a policy. The message names it and the fix. */
export class UsageError extends Error {
  override name = "UsageError";
}
