import { setTimeout as pause } from "node:timers/promises";
import type { Home } from "@scoreline/stack";
import { linesOf } from "./lines.ts";
import { createReader } from "./read.ts";
import { type Output, openScreen } from "./screen.ts";
import { type Baseline, baselineAfter, viewOf } from "./view.ts";

export type WatchSettings = {
  intervalSeconds: number;
  /** Frames after which it ends by itself; none ends it unless told. */
  framesMax?: number;
};

/**
 * Shows what the stack does, a frame an interval, until `end` is aborted or there were enough of them. What is away is shown
 * as away; no source can end it or hold a frame for longer than `readMsMax`.
 */
export async function watch(home: Home, settings: WatchSettings, output: Output, end: AbortSignal): Promise<void> {
  const { intervalSeconds, framesMax = Number.POSITIVE_INFINITY } = settings;
  const ended = new Promise<undefined>((resolve) => {
    if (end.aborted) resolve(undefined);
    end.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const reader = createReader(home);
  const screen = openScreen(output);
  let baseline: Baseline = new Map();
  try {
    for (let frames = 0; frames < framesMax && !end.aborted; frames += 1) {
      const nextMs = performance.now() + intervalSeconds * 1_000;
      const reading = await Promise.race([reader.read(), ended]);
      if (reading === undefined) return;
      screen.paint(linesOf(home.dir, viewOf(baseline, reading)));
      baseline = baselineAfter(baseline, reading);
      if (frames + 1 < framesMax) await pause(Math.max(nextMs - performance.now(), 0), undefined, { signal: end });
    }
  } catch (error) {
    if (!end.aborted) throw error;
  } finally {
    screen.close();
    await reader.close();
  }
}

/** An abort at Ctrl-C, at the end of a terminal, and when nobody reads the output any more (`| head`). */
export function endOfWatching(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => controller.abort());
  process.stdout.on("error", () => controller.abort());
  return controller.signal;
}
