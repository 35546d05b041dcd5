import { SingleBar } from "cli-progress";
import type { RecordKind } from "../transport/post.ts";

/** How far a run has come. */
export type Progress = { update(done: number): void; stop(): void };

const silent: Progress = { update: () => {}, stop: () => {} };

/** A bar on standard error where that is a terminal, otherwise nothing. `unit` names what `total` counts. */
export function startProgress(total: number, unit: RecordKind | "bytes"): Progress {
  if (!process.stderr.isTTY) return silent;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {percentage}% | {value}/{total} ${unit} | {duration_formatted}`,
    hideCursor: true,
    fps: 5,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
