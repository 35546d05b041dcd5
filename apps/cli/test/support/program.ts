import { loadHome } from "@scoreline/stack";
import { vi } from "vitest";
import type { Stores } from "../../src/init.ts";
import { createProgram } from "../../src/program.ts";

/** What a command printed, the message it failed with, and the exit code it set without one. */
export type Ran = { error: string | undefined; exitCode: typeof process.exitCode; stdout: string; stderr: string };

/** Runs a `scoreline` command within this process, on stores of a test's own. */
export async function runProgram(stores: Stores, ...args: string[]): Promise<Ran> {
  const printed = { stdout: "", stderr: "" };
  const { exitCode } = process;
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  try {
    const program = await createProgram({ home: loadHome("nowhere"), stores: () => stores, rest: [] }, args[0]);
    const throwErrors = (command: typeof program) => {
      command.exitOverride();
      command.commands.forEach(throwErrors);
    };
    throwErrors(program);
    await program.parseAsync(args, { from: "user" });
    const [stdout, stderr] = [printed.stdout.trimEnd(), printed.stderr.trimEnd()];
    return { error: undefined, exitCode: process.exitCode, stdout, stderr };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), exitCode: 1, ...printed };
  } finally {
    process.exitCode = exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}
