import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Home, repositoryRoot } from "@scoreline/stack";

/** Runs `scoreline` as a user would, on one home; resolves with its exit code and what it printed. */
export function scoreline(home: Home, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = join(repositoryRoot, "node_modules", ".bin", "scoreline");
  const child = spawn(command, args, { cwd: repositoryRoot, env: { ...process.env, SCORELINE_HOME: home.dir } });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output.stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...output }));
  });
}

/** The last line of a command's standard output as JSON; shows all it printed when the command failed. */
export function jsonOf<T>(result: { code: number; stdout: string; stderr: string }): T {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.stdout}\n${result.stderr}`);
  return JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "") as T;
}
