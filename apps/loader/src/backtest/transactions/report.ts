import { isoOf } from "../period.ts";
import type { ComputedTransactions } from "./compute.ts";
import { byCardType, byMonth, type FlagChanges, flagChangesOf, type RuleFigures } from "./flags.ts";

/** A backtest's card transactions as `--json` prints them. Moments are ISO 8601 in UTC. */
export type TransactionsReport = {
  /** The times of the period's first and last one. */
  first: string | null;
  last: string | null;
} & FlagChanges & {
    by_rule: RuleFigures[];
    by_card_type: ReturnType<typeof byCardType>;
    by_month: ReturnType<typeof byMonth>;
  };

/** What a run came to on card transactions. */
export function transactionsReportOf({ firstMs, lastMs, cells, rules }: ComputedTransactions): TransactionsReport {
  return {
    first: isoOf(firstMs),
    last: isoOf(lastMs),
    ...flagChangesOf(cells),
    by_rule: rules,
    by_card_type: byCardType(cells),
    by_month: byMonth(cells),
  };
}
