import { compilerVersion } from "@scoreline/policy";
import type { Client } from "pg";
import { commitLoad } from "../files/stage.ts";
import type { Computed } from "./compute.ts";
import { decimalOf } from "./money.ts";
import type { Period } from "./period.ts";
import type { Side } from "./policies.ts";
import type { Cell } from "./swapSet.ts";
import type { ComputedTransactions } from "./transactions/compute.ts";
import { flagRow, ruleRow } from "./transactions/rows.ts";

/** A backtest that ran: what was compared, and what came of it. */
export type BacktestRun = {
  id: string;
  candidate: Side;
  /** `recorded`, or a version. */
  against: string;
  againstSide: Side | undefined;
  period: Period;
  computed: Computed;
  /** Undefined where there is nothing to say of card transactions. */
  transactions: ComputedTransactions | undefined;
};

/** Writes a backtest and its cells to `raw`, in one transaction, and holds the warehouse until the connection ends. */
export async function storeBacktest(
  warehouse: Client,
  run: BacktestRun,
  onNotice: (notice: string) => void,
): Promise<void> {
  await commitLoad(warehouse, { runId: run.id, kind: "backtest", onNotice }, async (loadId) => {
    const insert = async (table: string, rows: readonly object[]) => {
      const own = rows.map((row) => ({ backtest_id: run.id, ...row, load_id: loadId }));
      await warehouse.query(`insert into raw.${table} select * from json_populate_recordset(null::raw.${table}, $1)`, [
        JSON.stringify(own),
      ]);
    };
    await insert("backtests", [backtestRow(run)]);
    await insert("backtest_cells", run.computed.cells.map(cellRow));
    await insert("backtest_transaction_cells", run.transactions?.cells.map(flagRow) ?? []);
    await insert("backtest_transaction_rules", run.transactions?.rules.map(ruleRow) ?? []);
  });
}

function backtestRow({ candidate, against, againstSide, period, computed }: BacktestRun) {
  return {
    ran_at: computed.ranAt,
    candidate_policy: candidate.policy.name,
    candidate_sha256: candidate.sha256,
    candidate_compiler_version: compilerVersion,
    against,
    against_sha256: againstSide?.sha256,
    from_ms: period.fromMs,
    to_ms: period.toMs,
    applications: computed.applications,
    historical: computed.historical,
    compared: computed.compared,
    held_by_exception: computed.heldByException,
    missing_inputs: computed.missingInputs,
    newest_t_ms: computed.newestMs,
  };
}

function cellRow(cell: Cell, index: number) {
  return {
    cell_number: index + 1,
    risk_level: cell.riskLevel,
    region: cell.region,
    status_before: cell.statusBefore,
    status_after: cell.statusAfter,
    alert_before: cell.alertBefore,
    alert_after: cell.alertAfter,
    applications: cell.applications,
    loan_amount: decimalOf(cell.amount),
    booked: cell.booked,
    exposure: decimalOf(cell.exposure),
    rated: cell.rated,
    bad: cell.bad,
  };
}
