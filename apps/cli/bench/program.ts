import { Command, InvalidArgumentError, Option } from "commander";
import { type BenchOptions, type PolicyName, policyNames } from "./section.ts";

export type BenchRequest = BenchOptions & {
  /** The sections to run, by name. */
  only: readonly string[];
  json: boolean;
};

const recordsDefault = 1_000_000;
const recordsQuick = 200_000;
const recordsMin = 1_000;
const steadySecondsDefault = 15;
const roundsDefault = 5;
const processesDefault = [1, 2, 4];
/** More processes than a topic has partitions would have nothing to do. */
const processesMax = 6;

type Parsed = {
  only?: string[];
  json?: true;
  records?: number;
  quick?: true;
  narrow?: true;
  processes?: number[];
  steady?: number;
  rounds?: number;
  policy?: PolicyName;
};

/**
 * What the command line asks for; `sectionNames` are the sections there are. Throws commander's error, after it has said
 * what is wrong, or printed the help.
 */
export function parseArguments(words: readonly string[], sectionNames: readonly string[]): BenchRequest {
  const program = new Command("npm run bench --")
    .description("Measures what the machine and Scoreline do, section by section, on servers of its own.")
    .option("--only <sections>", `sections to run, comma separated: ${sectionNames.join(", ")}`, namesIn(sectionNames))
    .option("--json", "the figures as one JSON object on standard output")
    .addOption(
      new Option("--records <count>", `records to measure with; ${recordsDefault} unless told`).argParser(recordsOf),
    )
    .addOption(new Option("--quick", `${recordsQuick} records`).conflicts("records"))
    .addOption(
      new Option("--narrow", "six columns to a narrow keyed table and nothing else, to compare engines").conflicts(
        "policy",
      ),
    )
    .option(
      "--processes <counts>",
      `scorer processes to measure: ${processesDefault.join(",")} unless told`,
      processesOf,
    )
    .option("--steady <seconds>", `how long each latency is measured; ${steadySecondsDefault} unless told`, atLeastOne)
    .option(
      "--rounds <count>",
      `how often each mode of telemetry is measured; ${roundsDefault} unless told`,
      atLeastOne,
    )
    .addOption(new Option("--policy <name>", "the policy to measure with").choices(policyNames))
    .allowExcessArguments(false)
    .exitOverride();
  const parsed = program.parse(words, { from: "user" }).opts<Parsed>();
  return {
    only: parsed.only ?? sectionNames,
    json: parsed.json ?? false,
    records: parsed.records ?? (parsed.quick ? recordsQuick : recordsDefault),
    narrow: parsed.narrow ?? false,
    processes: parsed.processes ?? processesDefault,
    rounds: parsed.rounds ?? roundsDefault,
    steadySeconds: parsed.steady ?? steadySecondsDefault,
    policy: parsed.policy,
  };
}

function namesIn(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = text.split(",");
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return names;
    throw new InvalidArgumentError(`There is no section "${unknown}"; there are ${known.join(", ")}.`);
  };
}

function recordsOf(text: string): number {
  const records = Number(text);
  if (Number.isSafeInteger(records) && records >= recordsMin) return records;
  throw new InvalidArgumentError(`It is a whole number of at least ${recordsMin}.`);
}

function atLeastOne(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("It is a whole number of at least 1.");
}

function processesOf(text: string): number[] {
  const counts = text.split(",").map(Number);
  if (counts.every((count) => Number.isInteger(count) && count >= 1 && count <= processesMax)) {
    return [...new Set(counts)].sort((a, b) => a - b);
  }
  throw new InvalidArgumentError(`They are whole numbers from 1 to ${processesMax}, comma separated.`);
}
