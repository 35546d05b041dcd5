import { topics } from "@scoreline/contracts";
import { down, type Home, readEnv } from "@scoreline/stack";
import { Command, InvalidArgumentError, Option } from "commander";
import { demoCommand } from "./commands/demo.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addPolicyCommand } from "./commands/policy.ts";
import { addReconcileCommand } from "./commands/reconcile.ts";
import { addRedriveCommand } from "./commands/redrive.ts";
import { addReviewCommand } from "./commands/review.ts";
import { statusCommand } from "./commands/status.ts";
import { upCommand } from "./commands/up.ts";
import { replayHistory } from "./history.node.ts";
import { initialise, type Stores } from "./init.ts";
import { runApp } from "./run.node.ts";
import { loaderEnv } from "./services.ts";
import { say, sayEvent } from "./terminal.ts";

export type ProgramDeps = {
  home: Home;
  /** The stores named by the environment, for `init` where no local stack is; undefined when they are not. */
  stores: () => Stores | undefined;
  /** The arguments after the command's name, as they came: those of another app are that app's to read. */
  rest: string[];
};

function wholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Send a whole number from 1 to 999,999,999.");
}

const scorersMax = topics.creditApplications.partitions;

/** A scorer holds one partition at least: more than there are would have nothing to do. */
function scorerCount(value: string): number {
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= scorersMax) return Number(value);
  throw new InvalidArgumentError(`Send a whole number from 1 to ${scorersMax}, the topic's partitions.`);
}

/** The processes are asked in each interval: not more often than they can answer. */
function intervalSeconds(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) >= 0.2 && Number(value) <= 3_600) return Number(value);
  throw new InvalidArgumentError("Send seconds from 0.2 to 3600.");
}

const policyOption = () => new Option("--policy <file>", "the first policy, where none is published yet");
const monitoring = () =>
  new Option("--monitoring", "with Prometheus, which watches the stack by monitoring's rules (default: as before, no)");
const json = () => new Option("--json", "print one JSON object on standard output");

/** The `scoreline` command. Exit codes: 0 done, 1 it failed or is not healthy, 2 wrong arguments. */
export function createProgram(deps: ProgramDeps): Command {
  const { home } = deps;
  const stores = () => deps.stores() ?? readEnv(home);
  const program = new Command("scoreline")
    .description("Real-time credit scoring: one policy for the stream and the warehouse.")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nThe stack lives in $SCORELINE_HOME (default: .scoreline in the checkout).");

  program
    .command("up")
    .description("start servers and apps, and wait until they are ready")
    .option("-d, --detach", "leave them running and return")
    .option("--fresh", "start empty: what this stack stored is removed")
    .addOption(policyOption())
    .addOption(
      new Option("--ingest <runtime>", "the runtime of the HTTP workers, ingest and fraud-check")
        .choices(["node", "deno"])
        .default("node"),
    )
    .addOption(monitoring())
    .addOption(new Option("--no-monitoring", "without Prometheus from now on"))
    .option("--scorers <number>", "processes of the scorer, in one group (default: as many as before, 1)", scorerCount)
    .addOption(json())
    .action((options) => upCommand(home, options));

  program
    .command("down")
    .description("stop everything; what is stored stays")
    .action(async () => {
      const stopped = await down(home, { on: sayEvent });
      say(stopped.length > 0 ? "Scoreline is down." : "Nothing was running.");
    });

  program
    .command("status")
    .description("health of each service, and where the records are; exits with 1 when something is not healthy")
    .addOption(json())
    .addOption(
      new Option("--watch", "show what the stack does, drawn anew each interval until Ctrl-C").conflicts("json"),
    )
    .addOption(
      new Option("--interval <seconds>", "between two frames of --watch")
        .argParser(intervalSeconds)
        .default(2)
        .conflicts("json")
        .implies({ watch: true }),
    )
    .addOption(
      new Option("--frames <number>", "frames after which --watch ends by itself")
        .argParser(wholeNumber)
        .conflicts("json")
        .implies({ watch: true }),
    )
    .action(async (options) => {
      if (!(await statusCommand(home, options))) process.exitCode = 1;
    });

  program
    .command("demo")
    .description("start, send applications, score them, build and test the warehouse")
    .option("--count <number>", "applications to send", wholeNumber, 20_000)
    .addOption(monitoring())
    .option("--seed <number>", "seed of the applications (default: one that is not there yet)", wholeNumber)
    .addOption(policyOption())
    .addOption(json())
    .action((options) => demoCommand(home, options));

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

  addPolicyCommand(program, stores);
  addReviewCommand(program, stores);
  addExplainCommand(program, stores);
  addReconcileCommand(program, stores);
  addRedriveCommand(program, stores);

  delegate(program, deps, "simulate", "send seeded applications over HTTP", ["simulator", "simulate"]);
  delegate(program, deps, "replay", "send a CSV or JSON-lines file over HTTP by a column mapping", [
    "simulator",
    "replay",
  ]);
  delegate(program, deps, "outcomes", "load what became of loans (CSV), for backtests", ["loader", "outcomes"]);
  delegate(program, deps, "backtest", "what a candidate policy would have decided, against what was", [
    "loader",
    "backtest",
  ]);
  delegate(program, deps, "warehouse", "load the warehouse, then build and test it with dbt", ["loader", "run"]);
  delegate(program, deps, "docs", "describe every model, column, test and exposure of the warehouse", [
    "loader",
    "docs",
  ]);
  delegate(program, deps, "parity", "recompute decisions in SQL and compare them with those recorded", [
    "loader",
    "parity",
  ]);
  return program;
}

/** A command that is another app's: it reads its own arguments, its own `--help` included. */
function delegate(
  program: Command,
  { home, rest }: ProgramDeps,
  name: string,
  description: string,
  [app, command]: [string, string],
) {
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
}
