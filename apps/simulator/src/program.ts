import { Timestamp } from "@scoreline/contracts";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { DeliveryError, UsageError } from "./errors.ts";
import { type ReplayArguments, replay } from "./replay/command.ts";
import type { Session } from "./session.ts";
import { gapMsMax, seedMax, simulationDefaults } from "./simulate/applications.ts";
import { type SimulateArguments, simulate } from "./simulate/command.ts";
import { purchaseGapMsMax, transactionsPerUser } from "./simulate/purchases.ts";

/** What the process ends with. `interrupted` is the shell's number for SIGINT. */
export const exitCodes = { done: 0, notDelivered: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs one command line (without the program's own name) and gives its exit code; errors go to `session.stderr` as one
 * line. `drawSeed` gives the seed of a simulation that was not told one.
 */
export async function runProgram(line: string[], session: Session, drawSeed: () => number): Promise<number> {
  try {
    await createProgram(session, drawSeed).parseAsync(line, { from: "user" });
    return session.interrupted.aborted ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof UsageError) && !(error instanceof DeliveryError) && !isSystemError(error)) throw error;
    session.stderr(`error: ${error.message}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.notDelivered;
  }
}

/** An operating system's error, such as a full disk: the user's to mend, and no defect of ours. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

function createProgram(session: Session, drawSeed: () => number): Command {
  const program = new Command("scoreline")
    .description("Sends loan applications and card transactions to ingest, made up or from a file.")
    .exitOverride()
    .configureOutput({ writeOut: session.stdout, writeErr: session.stderr });
  addSimulate(program, session, drawSeed);
  addReplay(program, session);
  return program;
}

const environmentHelp = `
Environment:
  INGEST_URL         ingest's address, such as http://127.0.0.1:8080
  SCORELINE_API_KEY  its API key

Exit codes: 0 all were delivered (refused ones are counted, no failure), 1 not delivered, 2 wrong arguments,
130 interrupted.`;

function addSimulate(program: Command, session: Session, drawSeed: () => number): void {
  program
    .command("simulate")
    .description(
      "Make up loan applications, or card transactions, and send them. The seed decides every byte: the same seed again sends the same ids, " +
        "another seed shares none.",
    )
    .option("--transactions", "card transactions instead of loan applications, some of them fraud and labelled so")
    .option("--count <n>", "records to send", integerFrom(1), 1_000)
    .option("--seed <n>", `0 to ${seedMax} (default: drawn at random and reported)`, integerFrom(0, seedMax))
    .option("--rate <n>", "records a second (default: as fast as ingest takes them)", positive)
    .option(
      "--users <n>",
      `customers to choose from (default: ${simulationDefaults.users}, of transactions one for every ${transactionsPerUser} where that is more)`,
      integerFrom(1),
    )
    .option("--invalid-share <share>", `share that breaks the contract (${shareDefault("invalidShare")})`, share)
    .option("--duplicate-share <share>", `share that repeats an id (${shareDefault("duplicateShare")})`, share)
    .option(
      "--start <moment>",
      `ISO 8601 moment of the first one; each is up to ${gapMsMax / 1000} s after the one before, ` +
        `transactions up to ${purchaseGapMsMax / 1000} s ` +
        `(default: ${new Date(simulationDefaults.startMs).toISOString()})`,
      momentMs,
    )
    .option("--out <file>", "write NDJSON to a file (-: standard output) instead of sending")
    .option("--csv <file>", "write transactions as CSV to a file (-: standard output) instead of sending")
    .option("--json", "print the summary as one JSON object")
    .addHelpText("after", environmentHelp)
    .action(async ({ start = simulationDefaults.startMs, seed = drawSeed(), ...rest }: SimulateOptions) => {
      await simulate({ ...rest, seed, startMs: start }, session);
    });
}

function shareDefault(name: "invalidShare" | "duplicateShare"): string {
  return `default: ${simulationDefaults[name]}, none with --csv`;
}

type SimulateOptions = Omit<SimulateArguments, "startMs" | "seed"> & { start?: number; seed?: number };

function addReplay(program: Command, session: Session): void {
  program
    .command("replay")
    .description(
      "Send the rows of a CSV or JSON-lines file, as the mapping says: loan applications or card transactions.",
    )
    .argument("<file>", "the file; .csv, .tsv, .jsonl, .ndjson, or as the mapping's format says")
    .requiredOption(
      "--map <file>",
      "column mapping, YAML or JSON, or the name of a shipped one: lendingclub, classic, transactions",
    )
    .option("--rate <n>", "records a second (default: as fast as ingest takes them)", positive)
    .option("--limit <n>", "send at most so many rows", integerFrom(1))
    .option("--rejects <file>", "write the rows that were not accepted here, one JSON object a line")
    .option("--history", "past applications for the warehouse: write them to standard output instead of sending")
    .option("--json", "print the summary as one JSON object")
    .addHelpText("after", environmentHelp)
    .action(async (file: string, options: Omit<ReplayArguments, "file">) => {
      await replay({ file, ...options }, session);
    });
}

function integerFrom(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give an integer from ${min}${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ""}.`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number greater than 0.");
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Give a number from 0 to 1.");
}

function momentMs(text: string): number {
  const time = Timestamp.safeParse(text);
  if (time.success && !time.data.naive) return time.data.ms;
  throw new InvalidArgumentError("Give an ISO 8601 moment with an offset, such as 2026-01-31T09:30:00Z.");
}
