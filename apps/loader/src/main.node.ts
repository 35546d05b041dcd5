import { EnvironmentError } from "@scoreline/contracts";
import { Command } from "commander";
import { addBacktest } from "./backtest/command.ts";
import { addDocs } from "./commands/docs.ts";
import { addParity } from "./commands/parity.ts";
import { addRun } from "./commands/run.ts";
import { addServe } from "./commands/serve.ts";
import { addHistory } from "./history/command.ts";
import { describeError } from "./jobs.ts";
import { open } from "./open.node.ts";
import { addOutcomes } from "./outcomes/command.ts";
import { UsageError } from "./usage.ts";

const program = new Command("loader").description("Brings decisions and alerts to the warehouse and builds its marts.");
addRun(program, open);
addParity(program, open);
addServe(program, open);
addOutcomes(program, open);
addHistory(program, open);
addBacktest(program, open);
addDocs(program, open);

try {
  await program.parseAsync();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = error instanceof EnvironmentError || error instanceof UsageError ? 2 : 1;
}
