import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { migrate } from "@scoreline/stores/postgres";
import type { Command } from "commander";
import { recordOneJob } from "../files/job.ts";
import { RefusedLines } from "../files/refused.ts";
import { connection, type OpenLoader, type WarehouseDeps } from "../warehouse.ts";
import { outcomesOf } from "./file.ts";
import { loadOutcomes, type OutcomeCounts } from "./load.ts";

export type OutcomesArguments = {
  file: string;
  /** Write each refused line to this file, one JSON object a line. */
  rejects?: string | undefined;
};

/** Loads a file of outcomes. Refused lines are counted and told as notices. Throws `UsageError` and the stores' errors. */
export async function runOutcomes(
  { warehouseUrl, jobs, commit, onNotice }: Pick<WarehouseDeps, "warehouseUrl" | "jobs" | "commit" | "onNotice">,
  { file, rejects }: OutcomesArguments,
): Promise<OutcomeCounts> {
  const runId = randomUUID();
  await migrate(warehouseUrl, "dw_finance");
  const warehouse = connection(warehouseUrl, "scoreline-outcomes");
  const refused = await RefusedLines.open(rejects);
  try {
    await warehouse.connect();
    const target = "dw_finance.raw.outcomes";
    const job = { runId, commit, job: "load_outcomes", source: basename(file), target } as const;
    const counts = await recordOneJob(jobs, warehouse, job, async () => {
      const result = await loadOutcomes(warehouse, outcomesOf(file, refused), { runId, refused, onNotice });
      return { rows: result.loaded + result.corrected, result };
    });
    for (const line of refused.told()) onNotice(line);
    return counts;
  } finally {
    await refused.close();
    await warehouse.end().catch(() => undefined);
  }
}

/** The counts for a person, a line each. */
export function formatOutcomes(counts: OutcomeCounts): string {
  const lines = Object.entries(counts).map(([name, count]) => `${name.replaceAll("_", " ").padEnd(20)} ${count}`);
  if (counts.without_application > 0) {
    lines.push(
      "Of some outcomes the warehouse holds no application: load it first (`scoreline warehouse`), or mend the ids.",
    );
  }
  return lines.join("\n");
}

/** Adds `loader outcomes`. */
export function addOutcomes(program: Command, open: OpenLoader): void {
  program
    .command("outcomes")
    .description("load what became of applications: CSV with application_id,booked,bad,exposure,matured_at")
    .argument("<file>", "the CSV file; a later one corrects what an earlier one said")
    .option("--rejects <file>", "write the lines that were refused here, one JSON object a line")
    .option("--json", "print one JSON object on standard output", false)
    .action(async (file: string, { rejects, json }: { rejects?: string; json: boolean }) => {
      const { deps, close } = open((notice) => console.error(notice));
      const counts = await runOutcomes(deps, { file, rejects }).finally(close);
      console.log(json ? JSON.stringify(counts) : formatOutcomes(counts));
    });
}
