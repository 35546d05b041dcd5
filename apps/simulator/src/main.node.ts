import { randomInt } from "node:crypto";
import { systemFiles } from "./adapters/files.ts";
import { startProgress } from "./adapters/progress.ts";
import { systemClock } from "./clock.ts";
import { readTarget } from "./config.ts";
import { runProgram } from "./program.ts";
import { seedMax } from "./simulate/applications.ts";

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());
// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    target: () => readTarget(process.env),
    clock: systemClock,
    wallMs: Date.now,
    files: systemFiles,
    startProgress,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    interrupted: interrupted.signal,
  },
  () => randomInt(seedMax),
);
