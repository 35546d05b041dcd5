import { decimalOf } from "../money.ts";
import type { FlagCell, RuleFigures } from "./flags.ts";

/** A cell as `raw.backtest_transaction_cells` holds it. */
export function flagRow(cell: FlagCell, index: number) {
  return {
    cell_number: index + 1,
    month: `${cell.month}-01`,
    card_type: cell.cardType,
    is_fraud: cell.isFraud,
    flagged_before: cell.flaggedBefore,
    flagged_after: cell.flaggedAfter,
    transactions: cell.transactions,
    amount: decimalOf(cell.amount),
  };
}

/** A rule as `raw.backtest_transaction_rules` holds it; what is a share or a difference is not kept. */
export function ruleRow({ unlabelled: _, precision: __, ...figures }: RuleFigures, index: number) {
  return { rule_number: index + 1, ...figures };
}
