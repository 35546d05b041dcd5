import type { Logger } from "../logger.ts";

/** How often it is told that spans are lost. */
const noticeMs = 60_000;

/** Tells that spans could not be sent: at once, and then at most once a minute, with how many there were meanwhile. */
export function exportNotice(log: Logger, nowMs: () => number = () => performance.now()) {
  let toldMs = Number.NEGATIVE_INFINITY;
  let dropped = 0;
  return (spans: number, why: string): void => {
    dropped += spans;
    if (nowMs() - toldMs < noticeMs) return;
    toldMs = nowMs();
    log.warn({ dropped, error: why }, "spans could not be sent and are dropped; nothing else is affected");
    dropped = 0;
  };
}
