import { spawn } from "node:child_process";
import { repositoryRoot } from "@scoreline/stack";
import { nodeArguments } from "./services.ts";

/** Runs a command of another app in the foreground, with this terminal as its own; gives its exit code. */
export function runApp(app: string, args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [...nodeArguments(app), ...args], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Runs a command of another app that prints one JSON object as its last line; its progress goes to this terminal. */
export function runAppForJson(app: string, args: string[], env: Record<string, string>): Promise<unknown> {
  const child = spawn(process.execPath, [...nodeArguments(app), ...args, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
    cwd: repositoryRoot,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output.trim().split("\n").at(-1) ?? "null"));
      else reject(new Error(`${app} ${args[0] ?? ""} ended with ${code}${output ? `:\n${output.slice(-2_000)}` : ""}`));
    });
  });
}
