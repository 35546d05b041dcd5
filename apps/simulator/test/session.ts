import { systemFiles } from "../src/adapters/files.ts";
import { systemClock } from "../src/clock.ts";
import { readTarget } from "../src/config.ts";
import { runProgram } from "../src/program.ts";
import type { Session } from "../src/session.ts";
import type { StandIn } from "./standIn.ts";

export type Outcome = { code: number; stdout: string; stderr: string; progress: number[] };

/** Runs a command line against `standIn`, with the real files and clock, and gives what it wrote. */
export async function run(line: string[], standIn: StandIn, changes: Partial<Session> = {}): Promise<Outcome> {
  const outcome: Outcome = { code: -1, stdout: "", stderr: "", progress: [] };
  const session: Session = {
    target: () => readTarget({ INGEST_URL: standIn.url, SCORELINE_API_KEY: standIn.apiKey }),
    clock: systemClock,
    wallMs: Date.now,
    files: systemFiles,
    startProgress: () => ({ update: (done) => outcome.progress.push(done), stop: () => {} }),
    stdout: (text) => {
      outcome.stdout += text;
    },
    stderr: (text) => {
      outcome.stderr += text;
    },
    interrupted: new AbortController().signal,
    ...changes,
  };
  outcome.code = await runProgram(line, session, () => 77);
  return outcome;
}
