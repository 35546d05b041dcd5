import { compilerVersion } from "@scoreline/policy";
import type { Client } from "pg";
import { commitLoad } from "../files/stage.ts";
import type { Computed } from "./compute.ts";
import { decimalOf } from "./money.ts";
import type { Period } from "./period.ts";
import type { Side } from "./policies.ts";
import type { Cell } from "./swapSet.ts";

/** A backtest that ran: what was compared, and what came of it. */
export type BacktestRun = {
  id: string;
  candidate: Side;
  /** `recorded`, or a version. */
  against: string;
  againstSide: Side | undefined;
  period: Period;
  computed: Computed;
};

/** Writes a backtest and its cells to `raw`, in one transaction, and holds the warehouse until the connection ends. */
export async function storeBacktest(
  warehouse: Client,
  run: BacktestRun,
  onNotice: (notice: string) => void,
): Promise<void> {
  await commitLoad(warehouse, { runId: run.id, kind: "backtest", onNotice }, async (loadId) => {
    await warehouse.query("insert into raw.backtests select * from json_populate_record(null::raw.backtests, $1)", [
      JSON.stringify({ ...backtestRow(run), load_id: loadId }),
    ]);
    const cells = run.computed.cells.map((cell, index) => cellRow(run.id, cell, index, loadId));
    await warehouse.query(
      "insert into raw.backtest_cells select * from json_populate_recordset(null::raw.backtest_cells, $1)",
      [JSON.stringify(cells)],
    );
  });
}

function backtestRow({ id, candidate, against, againstSide, period, computed }: BacktestRun) {
  return {
    backtest_id: id,
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

function cellRow(id: string, cell: Cell, index: number, loadId: string) {
  return {
    backtest_id: id,
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
    load_id: loadId,
  };
}
