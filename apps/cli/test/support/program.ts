import { loadHome } from "@scoreline/stack";
import { vi } from "vitest";
import type { Stores } from "../../src/init.ts";
import { createProgram } from "../../src/program.ts";

/** What a command printed, and the message it failed with. */
export type Ran = { error: string | undefined; stdout: string; stderr: string };

/** Runs a `scoreline` command within this process, on stores of a test's own. */
export async function runProgram(stores: Stores, ...args: string[]): Promise<Ran> {
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  try {
    const program = createProgram({ home: loadHome("nowhere"), stores: () => stores, rest: [] });
    const throwErrors = (command: typeof program) => {
      command.exitOverride();
      command.commands.forEach(throwErrors);
    };
    throwErrors(program);
    await program.parseAsync(args, { from: "user" });
    return { error: undefined, stdout: printed.stdout.trimEnd(), stderr: printed.stderr.trimEnd() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
