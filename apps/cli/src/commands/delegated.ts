import { readEnv } from "@scoreline/stack";
import { replayHistory } from "../history.node.ts";
import { runApp } from "../run.node.ts";
import { loaderEnv } from "../services.ts";
import type { AddCommand } from "./command.ts";

/** Each command that is another app's, and what it is there. */
const commands = {
  simulate: ["simulator", "simulate", "send seeded applications over HTTP"],
  replay: ["simulator", "replay", "send a CSV or JSON-lines file over HTTP by a column mapping"],
  outcomes: ["loader", "outcomes", "load what became of loans (CSV), for backtests"],
  backtest: ["loader", "backtest", "what a candidate policy would have decided, against what was"],
  warehouse: ["loader", "run", "load the warehouse, then build and test it with dbt"],
  docs: ["loader", "docs", "describe every model, column, test and exposure of the warehouse"],
  parity: ["loader", "parity", "recompute decisions in SQL and compare them with those recorded"],
} as const;

export type DelegatedCommand = keyof typeof commands;

/** Gives what adds a command that is another app's: it reads its own arguments, its own `--help` included. */
export function delegated(name: DelegatedCommand): AddCommand {
  const [app, command, description] = commands[name];
  return (program, { home, rest }) => {
    program
      .command(name)
      .description(description)
      .usage("[options]")
      .allowUnknownOption()
      .allowExcessArguments()
      .helpOption(false)
      .action(async () => {
        const wantsHelp = rest.some((argument) => argument === "--help" || argument === "-h");
        const env = wantsHelp ? {} : app === "loader" ? loaderEnv(home, readEnv(home)) : readEnv(home);
        const isHistory = command === "replay" && rest.includes("--history") && !wantsHelp;
        process.exitCode = isHistory ? await replayHistory(home, rest) : await runApp(app, [command, ...rest], env);
      });
  };
}
