import type { Command } from "commander";
import type { Opened } from "../open.node.ts";
import { formatSummary } from "../summary.ts";

/** `loader run`: one load and one build of everything. */
export function addRun(program: Command, open: Opened): void {
  program
    .command("run")
    .description("load once and build once; exits with 1 when a job or a test failed")
    .option("--json", "print one JSON object on standard output", false)
    .option("--no-dbt", "load only")
    .option("--no-freshness", "do not ask dbt how fresh the sources are")
    .option("--full-refresh", "compute every row of the marts anew, in place", false)
    .action(
      async ({ dbt, freshness, fullRefresh, json }: Record<"dbt" | "freshness" | "fullRefresh" | "json", boolean>) => {
        const { run, close } = open((notice) => console.error(notice));
        const summary = await run({ withDbt: dbt, withFreshness: freshness, fullRefresh }).finally(close);
        console.log(json ? JSON.stringify(summary) : formatSummary(summary));
        if (summary.status === "failed") process.exitCode = 1;
      },
    );
}
