/** A timer that keeps no process alive: both Node's and Deno's can be let go of. */
export type Timer = { stop(): void };

/** Calls `work` every `ms` milliseconds until it is stopped. */
export function everyMs(ms: number, work: () => void): Timer {
  const timer = setInterval(work, ms);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Calls `work` once after `ms` milliseconds, unless it is stopped before. */
export function afterMs(ms: number, work: () => void): Timer {
  const timer = setTimeout(work, ms);
  timer.unref();
  return { stop: () => clearTimeout(timer) };
}
