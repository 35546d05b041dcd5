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
  const told = begin(read).then(
    (value): Source<Value> => ({ value }),
    (error: unknown): Source<Value> => ({ away: reasonOf(error) }),
  );
  const source = await Promise.race([told, late]);
  clearTimeout(timer);
  return source;
}

/**
 * A read that may outlast a frame: while it does, no second one is begun, and a frame has what the last one gave. So a
 * service that hangs costs each frame `msMax` at most, and its own, longer bound tells of it in the end.
 */
export function patient<Value>(read: () => Promise<Value>, msMax = readMsMax): () => Promise<Source<Value>> {
  let last: Source<Value> | undefined;
  let running: Promise<Value> | undefined;
  return async () => {
    running ??= begin(read).finally(() => {
      running = undefined;
    });
    const current = running;
    current.then(
      (value) => {
        last = { value };
      },
      () => {},
    );
    const source = await within(() => current, msMax);
    const isLate = running === current;
    return isLate && last !== undefined ? last : source;
  };
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
