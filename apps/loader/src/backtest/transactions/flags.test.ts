import { expect, test } from "vitest";
import { byCardType, byMonth, type FlagCell, flagChangesOf } from "./flags.ts";

const cell = (changes: Partial<FlagCell>): FlagCell => ({
  month: "2026-03",
  cardType: "VISA",
  isFraud: false,
  flaggedBefore: false,
  flaggedAfter: false,
  transactions: 1,
  amount: 10_000n,
  ...changes,
});

const cells = [
  cell({ transactions: 90, amount: 9_007_199_254_740_993n }),
  cell({ transactions: 4, isFraud: true, cardType: "AMEX", month: "2026-02" }),
  cell({ transactions: 3, isFraud: true, flaggedBefore: true, flaggedAfter: true, amount: 30_001n }),
  cell({ transactions: 2, flaggedBefore: true, amount: 20_000n }),
  cell({ transactions: 5, isFraud: true, flaggedAfter: true, cardType: "AMEX", month: "2026-02", amount: 5n }),
  cell({ transactions: 1, flaggedAfter: true }),
  cell({ transactions: 7, isFraud: null, flaggedAfter: true, amount: 70_000n }),
  cell({ transactions: 8, isFraud: null }),
];

test("flags are kept, lost and gained by count, amount and the sender's label", () => {
  const { transactions, amount, flags } = flagChangesOf(cells);
  expect({ transactions, amount }).toEqual({ transactions: 120, amount: "90071992548909.99" });
  expect(flags).toEqual({
    before: { transactions: 5, amount: "500.01", fraud: 3, legitimate: 2, unlabelled: 0 },
    after: { transactions: 16, amount: "1100.06", fraud: 8, legitimate: 1, unlabelled: 7 },
    kept: { transactions: 3, amount: "300.01", fraud: 3, legitimate: 0, unlabelled: 0 },
    lost: { transactions: 2, amount: "200.00", fraud: 0, legitimate: 2, unlabelled: 0 },
    gained: { transactions: 13, amount: "800.05", fraud: 5, legitimate: 1, unlabelled: 7 },
  });
});

test("precision and recall of both sides are over what is labelled", () => {
  expect(flagChangesOf(cells).accuracy).toEqual({
    before: {
      ...{ true_positives: 3, false_positives: 2, false_negatives: 9, true_negatives: 91 },
      ...{ precision: 3 / 5, recall: 3 / 12 },
    },
    after: {
      ...{ true_positives: 8, false_positives: 1, false_negatives: 4, true_negatives: 92 },
      ...{ precision: 8 / 9, recall: 8 / 12 },
    },
  });
});

test("where nothing is labelled, precision and recall are unknown", () => {
  const { before, after } = flagChangesOf([cell({ isFraud: null, flaggedAfter: true })]).accuracy;
  expect([before.precision, before.recall, after.precision, after.recall]).toEqual([null, null, null, null]);
});

test("the parts by card type and by month add up to the whole, and one that does not occur is left out", () => {
  const cards = byCardType(cells);
  const months = byMonth(cells);
  expect(cards.map(({ card_type, transactions }) => [card_type, transactions])).toEqual([
    ["VISA", 111],
    ["AMEX", 9],
  ]);
  expect(months.map(({ month, transactions }) => [month, transactions])).toEqual([
    ["2026-02", 9],
    ["2026-03", 111],
  ]);
  const gained = (parts: typeof cards | typeof months) =>
    parts.reduce((sum, { flags }) => sum + flags.gained.transactions, 0);
  expect([gained(cards), gained(months)]).toEqual([13, 13]);
});
