import { down } from "@scoreline/stack";
import type { Command } from "commander";
import { say, sayEvent } from "../terminal.ts";
import type { CommandDeps } from "./command.ts";

/** `scoreline down`: ends what `up` began. */
export function addDownCommand(program: Command, { home }: CommandDeps): void {
  program
    .command("down")
    .description("stop everything; what is stored stays")
    .action(async () => {
      const stopped = await down(home, { on: sayEvent });
      say(stopped.length > 0 ? "Scoreline is down." : "Nothing was running.");
    });
}
