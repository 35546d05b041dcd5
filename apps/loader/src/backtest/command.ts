import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { migrate } from "@scoreline/stores/postgres";
import type { Command } from "commander";
import type { Client } from "pg";
import { dbtBuild } from "../dbt.ts";
import { recordOneJob } from "../files/job.ts";
import { connection, type OpenLoader, type WarehouseDeps } from "../warehouse.ts";
import { computeBacktest } from "./compute.ts";
import { formatReport } from "./format.ts";
import { readPeriod } from "./period.ts";
import { readCandidate, readVersion } from "./policies.ts";
import { type Report, reportOf } from "./report.ts";
import { onSnapshot } from "./snapshot.ts";
import { type BacktestRun, storeBacktest } from "./store.ts";
import { computeTransactions } from "./transactions/compute.ts";

export type BacktestArguments = {
  /** The candidate's document. */
  file: string;
  from?: string | undefined;
  to?: string | undefined;
  /** `recorded`, or a published version. */
  against: string;
};

export type BacktestDeps = Pick<WarehouseDeps, "warehouseUrl" | "jobs" | "commit" | "dbt" | "onNotice">;

// By name: what comes after them would bring tests of the whole warehouse along, which may not be built yet.
const models = [
  ...["stg_backtests__backtests", "stg_backtests__backtest_cells"],
  ...["stg_backtests__transaction_cells", "stg_backtests__transaction_rules"],
  ...["backtests", "backtest_swap_sets", "backtest_transaction_flags", "backtest_transaction_rules"],
].join(" ");

/** What a backtest came to: to be kept, and to be read. */
export type Backtested = { run: BacktestRun; report: Report };

/**
 * Decides and judges by a candidate what the warehouse holds, and compares; keeps nothing. Throws `UsageError` for a
 * candidate with problems, which are told as notices, an unknown version or a wrong period; and Postgres' errors.
 */
export async function backtest(
  warehouse: Client,
  arguments_: BacktestArguments,
  onNotice: (notice: string) => void,
): Promise<Backtested> {
  const { file, against } = arguments_;
  const period = readPeriod(arguments_);
  const candidate = await readCandidate(file, onNotice);
  const againstSide = against === "recorded" ? undefined : await readVersion(warehouse, against);
  const startMs = performance.now();
  const comparison = { candidate, against: againstSide, period };
  const { computed, transactions } = await onSnapshot(warehouse, async () => ({
    computed: await computeBacktest(warehouse, comparison),
    transactions: await computeTransactions(warehouse, comparison, onNotice),
  }));
  const seconds = Math.round(performance.now() - startMs) / 1000;
  const run: BacktestRun = { id: randomUUID(), candidate, against, againstSide, period, computed, transactions };
  return { run, report: reportOf(run, basename(file), seconds) };
}

/**
 * Backtests a candidate, and leaves the result in `quality.backtests` and the tables that refer to it. Throws as `backtest`
 * does, and the stores' errors.
 */
export async function runBacktest(deps: BacktestDeps, arguments_: BacktestArguments): Promise<Report> {
  await migrate(deps.warehouseUrl, "dw_finance");
  const warehouse = connection(deps.warehouseUrl, "scoreline-backtest");
  const source = basename(arguments_.file);
  try {
    await warehouse.connect();
    const run = { runId: randomUUID(), commit: deps.commit };
    const job = { ...run, job: "backtest", source, target: "dw_finance.quality.backtests" } as const;
    return await recordOneJob(deps.jobs, warehouse, job, async () => {
      const { run, report } = await backtest(warehouse, arguments_, deps.onNotice);
      await storeBacktest(warehouse, run, deps.onNotice);
      await buildTables(deps);
      return { rows: report.compared, result: report };
    });
  } finally {
    await warehouse.end().catch(() => undefined);
  }
}

/** Builds the tables that show a backtest, and tests them. Call it while the warehouse is held. */
async function buildTables({ dbt, warehouseUrl }: BacktestDeps): Promise<void> {
  // A target of its own: dbt keeps there what it parsed of the loader's project, which has other models.
  const place = { ...dbt, stateDir: join(dbt.stateDir, "backtest"), projectDir: dbt.warehouseDir, policyModels: [] };
  const { summary } = await dbtBuild({ ...place, databaseUrl: warehouseUrl }, { select: models });
  const red = summary.failures.filter(({ status }) => status !== "warn");
  if (red.length === 0) return;
  const problems = red.map(({ name, message }) => `${name}: ${message}`);
  throw new Error(`the figures are in raw.backtests, and their tables could not be built: ${problems.join("; ")}`);
}

/** Adds `loader backtest`. */
export function addBacktest(program: Command, open: OpenLoader): void {
  program
    .command("backtest")
    .description(
      "decide applications and judge card transactions of the warehouse by a candidate policy; loads nothing first",
    )
    .argument("<candidate>", "the policy's YAML document")
    .option("--from <moment>", "first moment of the period, a date or ISO 8601 (default: the first event)")
    .option("--to <moment>", "the moment before which it ends (default: after the newest event)")
    .option("--against <side>", "recorded, or a published version", "recorded")
    .option("--json", "print one JSON object on standard output", false)
    .action(async (file: string, { json, ...options }: Omit<BacktestArguments, "file"> & { json: boolean }) => {
      const { deps, close } = open((notice) => console.error(notice));
      const report = await runBacktest(deps, { file, ...options }).finally(close);
      console.log(json ? JSON.stringify(report) : formatReport(report));
    });
}
