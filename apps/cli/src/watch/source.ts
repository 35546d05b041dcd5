import { wordsOf } from "@scoreline/telemetry";

/** What a read gave, or why it gave nothing. */
export type Source<Value> = { value: Value; away?: never } | { away: string; value?: never };

/** How long a frame waits for any one read. */
export const readMsMax = 2_000;

/** Settles within `msMax`, whatever the read does: with what it gives, or with why it did not. Never rejects. */
export async function within<Value>(read: () => Promise<Value>, msMax = readMsMax): Promise<Source<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Source<Value>>((resolve) => {
    timer = setTimeout(() => resolve({ away: `no answer within ${msMax / 1_000} s` }), msMax);
  });
  const source = await Promise.race([settled(read), late]);
  clearTimeout(timer);
  return source;
}

/**
 * A read that may outlast a frame: while it does, no second one is begun, and a frame has what came of the last one. So a
 * service that hangs costs each frame `msMax` at most, and its own, longer bound tells of it in the end.
 */
export function patient<Value>(read: () => Promise<Value>, msMax = readMsMax): () => Promise<Source<Value>> {
  let last: Source<Value> | undefined;
  let running: Promise<Source<Value>> | undefined;
  return async () => {
    running ??= settled(read).then((source) => {
      running = undefined;
      last = source;
      return source;
    });
    const current = running;
    const { value, away } = await within(() => current, msMax);
    return value ?? last ?? { away: away ?? "not read" };
  };
}

/** What a read comes to, whenever that is. */
function settled<Value>(read: () => Promise<Value>): Promise<Source<Value>> {
  return begin(read).then(
    (value) => ({ value }),
    (error: unknown) => ({ away: reasonOf(error) }),
  );
}

/** A read whose every error is a rejection. */
async function begin<Value>(read: () => Promise<Value>): Promise<Value> {
  return await read();
}

/** An error in one line. `fetch` tells what was wrong in its cause alone. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${readMsMax / 1_000} s`;
  const cause = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  // An attempt at several addresses fails with a code and no message.
  return (message === "" && code !== undefined ? String(code) : wordsOf(cause)).replace(/\s+/g, " ");
}
