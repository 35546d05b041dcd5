import { type Home, readEnv, readState, type ServiceStatus, status } from "@scoreline/stack";
import { type Counts, readCounts } from "../counts.ts";
import { appServices } from "../services.ts";
import { count, table } from "../terminal.ts";
import { endOfWatching, watch } from "../watch/watch.ts";

type Report = { healthy: boolean; services: ServiceStatus[]; counts: Counts | undefined };

export type StatusOptions = { json?: boolean; watch?: boolean; interval: number; frames?: number };

/**
 * `scoreline status`: prints health and counts; gives true when every service is healthy. With `--watch` it shows frames, and
 * ends the process with 0 when it is asked to: what is not healthy is told in them.
 */
export async function statusCommand(home: Home, options: StatusOptions): Promise<boolean> {
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
