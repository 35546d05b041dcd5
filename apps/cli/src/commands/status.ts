import { type Home, readEnv, readState, type ServiceStatus, status } from "@scoreline/stack";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Counts, readCounts } from "../counts.ts";
import { appServices } from "../services.ts";
import { count, table } from "../terminal.ts";
import { endOfWatching, watch } from "../watch/watch.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption, wholeNumber } from "./options.ts";

type Report = { healthy: boolean; services: ServiceStatus[]; counts: Counts | undefined };

type StatusOptions = { json?: boolean; watch?: boolean; interval: number; frames?: number };

/** The processes are asked in each interval: not more often than they can answer. */
function intervalSeconds(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) >= 0.2 && Number(value) <= 3_600) return Number(value);
  throw new InvalidArgumentError("Send seconds from 0.2 to 3600.");
}

/** `scoreline status`: health and counts, once or again and again. */
export function addStatusCommand(program: Command, { home }: CommandDeps): void {
  program
    .command("status")
    .description("health of each service, and where the records are; exits with 1 when something is not healthy")
    .addOption(jsonOption())
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
}

/**
 * Prints health and counts; gives true when every service is healthy. With `--watch` it shows frames, and
 * ends the process with 0 when it is asked to: what is not healthy is told in them.
 */
async function statusCommand(home: Home, options: StatusOptions): Promise<boolean> {
  if (options.watch) {
    const { interval: intervalSeconds, frames: framesMax } = options;
    const settings = { intervalSeconds, ...(framesMax === undefined ? {} : { framesMax }) };
    await watch(home, settings, process.stdout, endOfWatching());
    // A service that hangs is still being asked for its health, which would keep the process for seconds.
    process.exit(0);
  }
  const report = await readReport(home);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${describe(home, report)}\n`);
  return report.healthy;
}

async function readReport(home: Home): Promise<Report> {
  const env = readState(home) ? readEnv(home) : undefined;
  const services = await status(home, env ? appServices(home, env) : []);
  const healthy = services.every((service) => service.state === "healthy");
  return { healthy, services, counts: env && healthy ? await readCounts(env) : undefined };
}

function describe(home: Home, { healthy, services, counts }: Report): string {
  const rows = services.map(({ name, state, pid, detail, logFile }): [string, string] => {
    const trouble = state === "healthy" ? "" : `  ${detail ?? ""}  log: ${logFile}`;
    return [name, `${state}${pid ? ` (pid ${pid})` : ""}${trouble}`];
  });
  const lines = [`Scoreline in ${home.dir} is ${healthy ? "healthy" : "not healthy"}`, table(rows)];
  if (counts) lines.push(table(countRows(counts)));
  return lines.join("\n");
}

/** The counts as rows for a person. */
export function countRows(counts: Counts): [string, string][] {
  return [
    ["records", count(counts.records)],
    ["in flight", count(counts.inFlight)],
    ["scored", count(counts.scored)],
    ["duplicates", count(counts.duplicates)],
    ["failed records", count(counts.failedRecords)],
    ["alerts", count(counts.alerts)],
    ["facts", count(counts.facts)],
    ["transactions", count(counts.transactions.processed)],
    ["transaction duplicates", count(counts.transactions.duplicates)],
    ["transaction alerts", count(counts.transactions.alerts)],
    ["raw transactions", count(counts.transactions.raw)],
    ["transaction facts", count(counts.transactions.facts)],
  ];
}
