import type { Command } from "commander";
import { initialise } from "../init.ts";
import { say } from "../terminal.ts";
import type { CommandDeps } from "./command.ts";
import { policyOption } from "./options.ts";

/** `scoreline init`: what the apps need of their servers. */
export function addInitCommand(program: Command, { stores }: CommandDeps): void {
  program
    .command("init")
    .description("make topics, schemas, indexes and the first policy that are missing (up does it too)")
    .addOption(policyOption())
    .action(async (options: { policy?: string }) => {
      const made = await initialise(stores(), { policyFile: options.policy });
      if (made.migrations.length > 0) say(`Applied ${made.migrations.join(", ")}.`);
      if (made.policy) say(`Published ${made.policy}.`);
      if (made.migrations.length === 0 && !made.policy) say("Everything was there.");
    });
}
