import { isoOf } from "./period.ts";
import type { BacktestRun } from "./store.ts";
import { byRegion, byRiskLevel, type SwapSet, swapSetOf } from "./swapSet.ts";
import { type TransactionsReport, transactionsReportOf } from "./transactions/report.ts";

/** How often an input that an application can lack was lacking. */
export type MissingInput = { input: string; missing: number; share: number | null };

/** A backtest as `--json` prints it. Moments are ISO 8601 in UTC; null where there is none. */
export type Report = {
  backtest_id: string;
  candidate: { file: string; policy: string; sha256: string };
  against: string;
  /** As asked for. */
  from: string | null;
  to: string | null;
  /** The times of the period's first and last application. */
  first: string | null;
  last: string | null;
  /** All of the period; historical ones have no decision of record, so `recorded` cannot be compared with them. */
  applications: number;
  historical: number;
  compared: number;
  held_by_exception: number;
  newest: string | null;
  loaded_at: string | null;
} & Omit<SwapSet, "applications"> & {
    by_risk_level: ReturnType<typeof byRiskLevel>;
    by_region: ReturnType<typeof byRegion>;
    missing_inputs: MissingInput[];
    /** Null where the period has no card transaction, or no side flags any by a rule. */
    transactions: TransactionsReport | null;
    /** Of the decisions and their comparison, in Postgres. */
    seconds: number;
  };

/** What a run came to. `file` is the candidate's name, `seconds` how long Postgres took. */
export function reportOf(
  { id, candidate, against, period, computed, transactions }: BacktestRun,
  file: string,
  seconds: number,
): Report {
  const { cells, applications } = computed;
  const { approvals, alerts } = swapSetOf(cells);
  return {
    backtest_id: id,
    candidate: { file, policy: candidate.policy.name, sha256: candidate.sha256 },
    against,
    from: isoOf(period.fromMs),
    to: isoOf(period.toMs),
    first: isoOf(computed.firstMs),
    last: isoOf(computed.lastMs),
    applications,
    historical: computed.historical,
    compared: computed.compared,
    held_by_exception: computed.heldByException,
    newest: isoOf(computed.newestMs),
    loaded_at: computed.loadedAt?.toISOString() ?? null,
    approvals,
    alerts,
    by_risk_level: byRiskLevel(cells),
    by_region: byRegion(cells),
    missing_inputs: Object.entries(computed.missingInputs).map(([input, missing]) => ({
      input,
      missing,
      share: applications === 0 ? null : missing / applications,
    })),
    transactions: transactions ? transactionsReportOf(transactions) : null,
    seconds,
  };
}
