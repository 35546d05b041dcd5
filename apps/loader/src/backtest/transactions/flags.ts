import { type CardType, cardTypes } from "@scoreline/contracts";
import { decimalOf } from "../money.ts";

/** Card transactions of which both sides say the same, counted. The amount is in minor units. */
export type FlagCell = {
  /** Of the broker's time, in UTC: `2026-03`. */
  month: string;
  cardType: CardType;
  /** The sender's label; null where there is none. */
  isFraud: boolean | null;
  flaggedBefore: boolean;
  flaggedAfter: boolean;
  transactions: number;
  amount: bigint;
};

/** Card transactions by the sender's label. The amount is a decimal, as text. */
export type FlagFigures = {
  transactions: number;
  amount: string;
  fraud: number;
  legitimate: number;
  unlabelled: number;
};

/** How one side's flags agree with the labels; transactions without one are left out. */
export type Accuracy = {
  true_positives: number;
  false_positives: number;
  false_negatives: number;
  true_negatives: number;
  /** Of those flagged, the share labelled fraud; null, which is unknown, where none is labelled. */
  precision: number | null;
  /** Of those labelled fraud, the share flagged; null where there is none. */
  recall: number | null;
};

/** Before is the side that the candidate is compared with, after is the candidate: kept and lost were flagged before. */
export type FlagChanges = FlagFigures & {
  flags: Record<"before" | "after" | "kept" | "lost" | "gained", FlagFigures>;
  accuracy: Record<"before" | "after", Accuracy>;
};

/** What one rule of the candidate flags. */
export type RuleFigures = FlagFigures & {
  rule: string;
  /** Of those labelled, the share labelled fraud; null where none is labelled. */
  precision: number | null;
  /** Of those flagged, the ones that no other rule flags. */
  alone: number;
  alone_fraud: number;
};

/** How flags change over all `cells`. */
export function flagChangesOf(cells: readonly FlagCell[]): FlagChanges {
  const before = ({ flaggedBefore }: FlagCell) => flaggedBefore;
  const after = ({ flaggedAfter }: FlagCell) => flaggedAfter;
  const figures = (holds: (cell: FlagCell) => boolean) => figuresOf(cells.filter(holds));
  return {
    ...figuresOf(cells),
    flags: {
      before: figures(before),
      after: figures(after),
      kept: figures((cell) => before(cell) && after(cell)),
      lost: figures((cell) => before(cell) && !after(cell)),
      gained: figures((cell) => !before(cell) && after(cell)),
    },
    accuracy: { before: accuracyOf(cells, before), after: accuracyOf(cells, after) },
  };
}

/** Changes for each card type that occurs. */
export function byCardType(cells: readonly FlagCell[]): ({ card_type: CardType } & FlagChanges)[] {
  return cardTypes
    .map((card_type) => ({ card_type, ...flagChangesOf(cells.filter(({ cardType }) => cardType === card_type)) }))
    .filter(({ transactions }) => transactions > 0);
}

/** Changes for each month that has a transaction, in order. */
export function byMonth(cells: readonly FlagCell[]): ({ month: string } & FlagChanges)[] {
  const months = [...new Set(cells.map(({ month }) => month))].sort();
  return months.map((month) => ({ month, ...flagChangesOf(cells.filter((cell) => cell.month === month)) }));
}

/** `part` of `whole`; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function figuresOf(cells: readonly FlagCell[]): FlagFigures {
  const labelled = (label: boolean | null) => countOf(cells.filter(({ isFraud }) => isFraud === label));
  return {
    transactions: countOf(cells),
    amount: decimalOf(cells.reduce((total, { amount }) => total + amount, 0n)),
    fraud: labelled(true),
    legitimate: labelled(false),
    unlabelled: labelled(null),
  };
}

function accuracyOf(cells: readonly FlagCell[], flagged: (cell: FlagCell) => boolean): Accuracy {
  const positive = figuresOf(cells.filter(flagged));
  const negative = figuresOf(cells.filter((cell) => !flagged(cell)));
  return {
    true_positives: positive.fraud,
    false_positives: positive.legitimate,
    false_negatives: negative.fraud,
    true_negatives: negative.legitimate,
    precision: shareOf(positive.fraud, positive.fraud + positive.legitimate),
    recall: shareOf(positive.fraud, positive.fraud + negative.fraud),
  };
}

function countOf(cells: readonly FlagCell[]): number {
  return cells.reduce((total, { transactions }) => total + transactions, 0);
}
