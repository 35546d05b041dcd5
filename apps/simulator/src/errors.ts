/** The command cannot be done as it was given: an argument, the environment, a mapping. The message names it and the fix. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Records could not be delivered, and another attempt of ours would not help. */
export class DeliveryError extends Error {
  override name = "DeliveryError";
}

/** A passing fault: the same request may succeed later. `retryAfterMs` is the server's wish, where it gave one. */
export class PassingFault extends Error {
  override name = "PassingFault";
  readonly retryAfterMs: number;
  /** False when no HTTP answer came: nobody may be listening at that address. */
  readonly reached: boolean;

  constructor(message: string, options: { retryAfterMs?: number; reached: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs ?? 0;
    this.reached = options.reached;
  }
}
