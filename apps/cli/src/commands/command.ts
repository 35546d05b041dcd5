import type { Home } from "@scoreline/stack";
import type { Command } from "commander";
import type { Stores } from "../init.ts";

export type CommandDeps = {
  home: Home;
  /** The stores to work on: those that the environment names, or the local stack's. */
  stores: () => Stores;
  /** The arguments after the command's name, as they came: those of another app are that app's to read. */
  rest: readonly string[];
};

/** Adds one command to the program. */
export type AddCommand = (program: Command, deps: CommandDeps) => void;
