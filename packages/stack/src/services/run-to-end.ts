import { execFile } from "node:child_process";

const msMax = 120_000;

/** Runs a short command to its end; throws with the end of what it said. */
export function runToEnd(command: string, args: readonly string[], cwd = "/"): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, timeout: msMax, encoding: "utf8" }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = `${stdout}${stderr}`.trim().slice(-2_000);
      reject(new Error(`${command} failed: ${said || error.message}`, { cause: error }));
    });
  });
}
