import { open } from "node:fs/promises";
import { checkTypes, type DeadLetterStage } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Stores } from "../init.ts";
import { describe, summaryOf } from "../redrive/format.ts";
import { lineOf, readMended } from "../redrive/letterFile.ts";
import { type Selection, sourceTopics } from "../redrive/letters.ts";
import { type RedriveReport, type RedriveRequest, redrive, surveyRedrive } from "../redrive/redrive.ts";
import { type TopicReader, withTopicReader } from "../redrive/topicReader.ts";
import { wholeLetter } from "../redrive/wholeLetter.ts";
import { write, writeJson } from "../terminal.ts";
import { moment } from "./arguments.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption, wholeNumber } from "./options.ts";

type Options = {
  reason: string[];
  check: string[];
  stage: DeadLetterStage | "any";
  topic?: string;
  since?: number;
  until?: number;
  attemptsMax?: number;
  rate?: number;
  dryRun?: boolean;
  export?: string;
  import?: string;
  json?: boolean;
};

/** `scoreline redrive`: dead letters go back to the topics they came from, once each. */
export function addRedriveCommand(program: Command, { stores }: CommandDeps): void {
  program
    .command("redrive")
    .description("put dead letters back on their topics, once each, when what made them fail is mended")
    .option("--reason <check>", "only those whose first failed check this is; may be repeated", checks, [])
    .option("--check <check>", "only those that fail this check among others; may be repeated", checks, [])
    .addOption(
      new Option("--stage <stage>", "who refused them: the scorer; ingest, whose senders were told; or any")
        .choices(["scorer", "ingest", "any"])
        .default("scorer"),
    )
    .addOption(new Option("--topic <name>", "only those that came from this topic").choices(sourceTopics))
    .option("--since <time>", "only those written at this time or later, by the broker's clock", moment)
    .option("--until <time>", "only those written before this time, by the broker's clock", moment)
    .option("--attempts-max <number>", "only those whose record has failed so many times at most", wholeNumber)
    .option("--rate <number>", "records a second at most", wholeNumber)
    .addOption(new Option("--dry-run", "say what would be put back, and write nothing").conflicts("export"))
    .addOption(new Option("--export <file>", "write them to a new file, a JSON object a line, and put nothing back"))
    .addOption(
      new Option("--import <file>", "put back those in the file of an export, with its keys and values").conflicts(
        "export",
      ),
    )
    .addOption(jsonOption())
    .action((options: Options, command: Command) => {
      const isStageChosen = command.getOptionValueSource("stage") !== "default";
      // Who names the letters one by one in a file need not name their stage as well.
      const stage = options.import !== undefined && !isStageChosen ? "any" : options.stage;
      return redriveCommand(stores(), { ...options, stage });
    });
}

function checks(value: string, before: string[]): string[] {
  if (checkTypes.includes(value)) return [...before, value];
  throw new InvalidArgumentError("Send a check such as invalid_json or missing_user_id.");
}

async function redriveCommand(stores: Stores, options: Options): Promise<void> {
  const selection: Selection = {
    stage: options.stage === "any" ? undefined : options.stage,
    reasons: options.reason,
    checks: options.check,
    sourceTopic: options.topic,
    sinceMs: options.since,
    untilMs: options.until,
    attemptMax: options.attemptsMax,
  };
  const mended = options.import === undefined ? undefined : readMended(options.import);
  const request: RedriveRequest = { selection, ...(mended && { mended }) };
  const sql = connectPostgres(stores.CREDITDB_URL, { app: "scoreline-cli", connectionsMax: 2 });
  try {
    const report = await withTopicReader(stores.KAFKA_BROKERS, (reader) => {
      if (options.export !== undefined) return exportLetters({ sql, reader }, request, options.export);
      if (options.dryRun) return surveyRedrive({ sql, reader }, request);
      return putBackLetters({ sql, reader }, stores.KAFKA_BROKERS, request, options.rate);
    });
    const done = options.export !== undefined ? "exported" : options.dryRun ? "would" : "done";
    const missing = [...(mended?.keys() ?? [])].filter((id) => !report.met.has(id));
    if (options.json) writeJson(summaryOf(report, done, missing));
    else write(describe(report, done, missing));
    const isIncomplete = [report.refused, report.unfinished, report.withoutBytes, missing].some(
      (ids) => ids.length > 0,
    );
    if (isIncomplete) process.exitCode = 1;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

type Reading = { sql: Database; reader: TopicReader };

async function putBackLetters(reading: Reading, brokers: string, request: RedriveRequest, rate: number | undefined) {
  const producer = createProducer({ brokers, clientId: "scoreline-cli" });
  try {
    return await redrive({ ...reading, producer }, request, rate);
  } finally {
    await producer.close();
  }
}

/** Writes the letters to a file that is not there yet and that only its owner reads: it holds applicants' data. */
async function exportLetters(reading: Reading, request: RedriveRequest, path: string): Promise<RedriveReport> {
  const file = await open(path, "wx", 0o600);
  const withoutBytes: string[] = [];
  try {
    const report = await surveyRedrive(reading, request, async (letter) => {
      const whole = await wholeLetter(reading.sql, letter);
      if (!whole) withoutBytes.push(letter.id);
      await file.appendFile(`${lineOf(whole ?? letter)}\n`);
    });
    return { ...report, withoutBytes };
  } finally {
    await file.close();
  }
}
