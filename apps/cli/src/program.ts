import { readEnv } from "@scoreline/stack";
import { Command } from "commander";
import type { AddCommand, CommandDeps } from "./commands/command.ts";
import type { DelegatedCommand } from "./commands/delegated.ts";
import type { Stores } from "./init.ts";

export type ProgramDeps = Omit<CommandDeps, "stores"> & {
  /** The stores named by the environment, for where no local stack is; undefined when they are not. */
  stores: () => Stores | undefined;
};

const delegated = async (name: DelegatedCommand) => (await import("./commands/delegated.ts")).delegated(name);

/** What adds each command, in the order of the help. A command is loaded when it is asked for: all of them take a second. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  up: async () => (await import("./commands/up.ts")).addUpCommand,
  down: async () => (await import("./commands/down.ts")).addDownCommand,
  status: async () => (await import("./commands/status.ts")).addStatusCommand,
  demo: async () => (await import("./commands/demo.ts")).addDemoCommand,
  init: async () => (await import("./commands/init.ts")).addInitCommand,
  policy: async () => (await import("./commands/policy.ts")).addPolicyCommand,
  review: async () => (await import("./commands/review.ts")).addReviewCommand,
  explain: async () => (await import("./commands/explain.ts")).addExplainCommand,
  reconcile: async () => (await import("./commands/reconcile.ts")).addReconcileCommand,
  redrive: async () => (await import("./commands/redrive.ts")).addRedriveCommand,
  simulate: () => delegated("simulate"),
  replay: () => delegated("replay"),
  outcomes: () => delegated("outcomes"),
  backtest: () => delegated("backtest"),
  warehouse: () => delegated("warehouse"),
  docs: () => delegated("docs"),
  parity: () => delegated("parity"),
};

/**
 * The `scoreline` command: with `name`, if it is a command's, that one alone, and else all of them. Exit codes: 0 done, 1 it
 * failed or is not healthy, 2 wrong arguments.
 */
export async function createProgram(deps: ProgramDeps, name?: string): Promise<Command> {
  const program = new Command("scoreline")
    .description("Real-time credit scoring: one policy for the stream and the warehouse.")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nThe stack lives in $SCORELINE_HOME (default: .scoreline in the checkout).");
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  const stores = () => deps.stores() ?? readEnv(deps.home);
  for (const load of named ? [named] : Object.values(commands)) (await load())(program, { ...deps, stores });
  return program;
}
