import type { Command } from "commander";
import type { Opened } from "../open.node.ts";
import { formatParity } from "../parity.ts";
import { formatSummary } from "../summary.ts";

/** `loader parity`: every decision once more, in SQL, and what differs. */
export function addParity(program: Command, open: Opened): void {
  program
    .command("parity")
    .description("recompute decisions in SQL and compare them with those recorded; exits with 1 when one differs")
    .option("--full", "compare every decision again, not only those that are new", false)
    .option("--json", "print one JSON object on standard output", false)
    .option("--no-load", "compare what the warehouse holds, without loading first")
    .action(async ({ full, json, load }: Record<"full" | "json" | "load", boolean>) => {
      const { run, close } = open((notice) => console.error(notice));
      const summary = await run({
        withLoad: load,
        withDbt: true,
        withFreshness: false,
        fullRefresh: full,
        parityOnly: true,
      }).finally(close);
      const { status, parity } = summary;
      // A run that failed for another reason than a difference says so.
      const isVerdict = parity !== null && (status === "succeeded" || parity.mismatches > 0);
      console.log(json ? JSON.stringify(summary) : isVerdict ? formatParity(parity) : formatSummary(summary));
      if (status === "failed") process.exitCode = 1;
    });
}
