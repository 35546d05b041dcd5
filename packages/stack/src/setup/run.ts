import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

/** A command that failed; its output is in the log. */
export class CommandFailed extends Error {
  readonly output: string;
  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMsMax?: number;
  readonly logFile: string;
}

const running = new Set<number>();
let endsWithUs = false;

/** A set-up that is ended ends what it has started: each command is a process group of its own. */
function endCommandsWithUs(): void {
  if (endsWithUs) return;
  endsWithUs = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      for (const pid of running) killGroup(pid);
      process.exit(130);
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** Runs a command to its end and gives its output, which is also appended to the log. Throws `CommandFailed`. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  endCommandsWithUs();
  const shown = [command, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const timer = setTimeout(
      () => {
        if (pid !== undefined) killGroup(pid);
      },
      options.timeoutMsMax ?? 20 * 60_000,
    );
    const end = (failure?: string) => {
      clearTimeout(timer);
      if (pid !== undefined) running.delete(pid);
      appendFileSync(options.logFile, `\n== ${shown}\n${output}${failure === undefined ? "" : `${failure}\n`}`);
      if (failure === undefined) resolve(output);
      else reject(new CommandFailed(`${shown}: ${failure}`, output));
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`));
  });
}
