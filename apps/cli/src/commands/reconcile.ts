import { type Command, InvalidArgumentError } from "commander";
import { formatReconciliation } from "../reconcile/format.ts";
import { reconcile } from "../reconcile/reconcile.ts";
import { recordReconciliation } from "../reconcile/record.ts";
import { say, write, writeJson } from "../terminal.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption } from "./options.ts";

/** `scoreline reconcile`: whether all stores tell of the same records; exit code 1 when they do not. */
export function addReconcileCommand(program: Command, { stores }: CommandDeps): void {
  program
    .command("reconcile")
    .description("compare Kafka, PostgreSQL, MongoDB and the warehouse record by record; exits with 1 on a difference")
    .option("--examples <number>", "differences to name for each check", examplesMax, 10)
    .addOption(jsonOption())
    .action(async (options: { examples: number; json?: boolean }) => {
      const compared = stores();
      const result = await recordReconciliation(
        compared,
        () => reconcile(compared, { examplesMax: options.examples }),
        (error) => say(`the result is not recorded for metrics: ${error instanceof Error ? error.message : error}`),
      );
      if (options.json) writeJson({ ...result, partitions: result.partitions.map(plain) });
      else write(formatReconciliation(result));
      if (result.differences > 0) process.exitCode = 1;
    });
}

function examplesMax(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("Send a whole number from 0 to 999,999.");
}

/** Offsets as numbers: JSON has no other, and Kafka's stay far below 2^53. */
function plain(standing: object): object {
  const entries = Object.entries(standing).map(([name, value]) => [
    name,
    typeof value === "bigint" ? Number(value) : value,
  ]);
  return Object.fromEntries(entries);
}
