import type { Command } from "commander";
import type { Opened } from "../open.node.ts";
import { formatParity, parityOf } from "../parity.ts";
import { formatSummary } from "../summary.ts";
import type { RunSummary } from "../warehouse.ts";

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
      console.log(json ? JSON.stringify(summary) : (verdictOf(summary) ?? formatSummary(summary)));
      if (summary.status === "failed") process.exitCode = 1;
    });
}

/** A line for each kind of event; undefined where the run failed for another reason than a difference. */
function verdictOf({ status, parity, transaction_parity }: RunSummary): string | undefined {
  if (parity === null || transaction_parity === null) return undefined;
  if (status !== "succeeded" && parity.mismatches + transaction_parity.mismatches === 0) return undefined;
  return [formatParity(parity), formatParity(transaction_parity, parityOf.transactions)].join("\n");
}
