import type { Files } from "./adapters/files.ts";
import type { Progress } from "./adapters/progress.ts";
import type { Clock } from "./clock.ts";
import { inWords } from "./tally.ts";
import type { RecordKind, Target } from "./transport/post.ts";

/** What a command has of the world around it. */
export type Session = {
  /** Where to send to; throws `UsageError` when the environment does not say. */
  target(): Target;
  clock: Clock;
  /** The wall clock, epoch milliseconds. */
  wallMs(): number;
  files: Files;
  startProgress(total: number, unit: RecordKind | "bytes"): Progress;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Aborted when the user wants the command to end early: nothing more is taken up. */
  interrupted: AbortSignal;
};

/** Writes a command's summary: one JSON object on standard output, or words. */
export function report({ stdout }: Pick<Session, "stdout">, summary: object, asJson: boolean): void {
  stdout(asJson ? `${JSON.stringify(summary)}\n` : inWords(summary));
}
