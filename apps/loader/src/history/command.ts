import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { migrate } from "@scoreline/stores/postgres";
import type { Command } from "commander";
import { recordOneJob } from "../files/job.ts";
import { RefusedLines } from "../files/refused.ts";
import { connection, type OpenLoader, type WarehouseDeps } from "../warehouse.ts";
import { type HistoryCounts, loadHistory } from "./load.ts";
import { type HistoricalRow, readHistoricalRow } from "./row.ts";

/** Loads past applications from NDJSON. Refused lines are counted and told as notices. Throws the stores' errors. */
export async function runHistory(
  { warehouseUrl, jobs, commit, onNotice }: Pick<WarehouseDeps, "warehouseUrl" | "jobs" | "commit" | "onNotice">,
  { lines, rejects, nowMs }: { lines: Readable; rejects?: string | undefined; nowMs: number },
): Promise<HistoryCounts> {
  const runId = randomUUID();
  await migrate(warehouseUrl, "dw_finance");
  const warehouse = connection(warehouseUrl, "scoreline-history");
  const refused = await RefusedLines.open(rejects);
  try {
    await warehouse.connect();
    const target = "dw_finance.raw.historical_applications";
    const counts = await recordOneJob(
      jobs,
      warehouse,
      { runId, commit, job: "load_history", source: "past applications", target },
      async () => {
        const result = await loadHistory(warehouse, rowsOf(lines, nowMs, refused), { runId, refused, onNotice });
        return { rows: result.loaded, result };
      },
    );
    for (const line of refused.told()) onNotice(line);
    return counts;
  } finally {
    await refused.close();
    await warehouse.end().catch(() => undefined);
  }
}

async function* rowsOf(lines: Readable, nowMs: number, refused: RefusedLines): AsyncGenerator<HistoricalRow> {
  let line = 0;
  for await (const text of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === "") continue;
    const read = readHistoricalRow(text, line, nowMs);
    if (read.ok) yield read.row;
    else await refused.add(read.refused);
  }
}

/** The counts for a person, a line each. */
export function formatHistory(counts: HistoryCounts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name.padEnd(9)} ${count}`)
    .join("\n");
}

/** Adds `loader history`. `scoreline replay --history` makes the lines. */
export function addHistory(program: Command, open: OpenLoader): void {
  program
    .command("history")
    .description(
      "load past applications from standard input, one in the contract's JSON a line, for backtests and marts",
    )
    .option("--rejects <file>", "write the lines that were refused here, one JSON object a line")
    .option("--json", "print one JSON object on standard output", false)
    .action(async ({ rejects, json }: { rejects?: string; json: boolean }) => {
      const { deps, close } = open((notice) => console.error(notice));
      const counts = await runHistory(deps, { lines: process.stdin, rejects, nowMs: Date.now() }).finally(close);
      console.log(json ? JSON.stringify(counts) : formatHistory(counts));
    });
}
