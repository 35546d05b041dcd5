import { expect, test } from "vitest";
import type { FlagCell, RuleFigures } from "./flags.ts";
import { formatTransactions } from "./format.ts";
import { transactionsReportOf } from "./report.ts";

const cell = (changes: Partial<FlagCell>): FlagCell => ({
  month: "2026-03",
  cardType: "VISA",
  isFraud: false,
  flaggedBefore: false,
  flaggedAfter: false,
  transactions: 1_200,
  amount: 123_456_700n,
  ...changes,
});

const rule: RuleFigures = {
  rule: "velocity",
  transactions: 7,
  amount: "1234.50",
  fraud: 3,
  legitimate: 1,
  unlabelled: 3,
  precision: 0.75,
  alone: 2,
  alone_fraud: 1,
};

function linesOf(cells: FlagCell[], rules: RuleFigures[] = [rule]): string[] {
  const firstMs = Date.UTC(2026, 2, 1);
  const report = transactionsReportOf({ firstMs, lastMs: firstMs + 1, cells, rules });
  return formatTransactions(report)
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
}

test("flags are told by count, amount and label, precision and recall of both sides, and each rule", () => {
  const kept = cell({ isFraud: true, flaggedBefore: true, flaggedAfter: true, transactions: 3, amount: 300n });
  const missed = cell({ isFraud: true, transactions: 1, amount: 100n });
  const gained = cell({ isFraud: null, flaggedAfter: true, transactions: 4, amount: 400n });
  const lines = linesOf([cell({}), kept, missed, gained]);
  expect(lines).toContain("card transactions 1,208: 2026-03-01T00:00:00.000Z to 2026-03-01T00:00:00.001Z");
  expect(lines).toContain("sender's labels 4 fraud, 1,200 legitimate, 4 without one");
  expect(lines).toContain("flagged before after kept lost gained");
  expect(lines).toContain("count 3 7 3 0 4");
  expect(lines).toContain("amount 3.00 7.00 3.00 0.00 4.00");
  expect(lines).toContain("without a label 0 4 0 0 4");
  expect(lines).toContain("true negatives 1,200 1,200");
  expect(lines).toContain("precision 100.00 % 100.00 %");
  expect(lines).toContain("recall 75.00 % 75.00 %");
  expect(lines).toContain("velocity 7 1,234.50 3 1 75.00 % 2 1");
  expect(lines).toContain("VISA 1,208 3 7 0 4 100.00 % 100.00 % 75.00 % 75.00 %");
  expect(lines).toContain("2026-03 1,208 3 7 0 4 100.00 % 100.00 % 75.00 % 75.00 %");
});

test("a candidate without rules has no table of them, and what is not labelled is unknown", () => {
  const lines = linesOf([cell({ isFraud: null, flaggedBefore: true })], []);
  expect(lines.join("\n")).not.toContain("rule of the candidate");
  expect(lines).toContain("precision unknown unknown");
});

test("of many months the newest are printed, and how many more there are", () => {
  const months = Array.from(
    { length: 30 },
    (_, index) => `${2020 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`,
  );
  const lines = linesOf(months.map((month) => cell({ month })));
  expect(lines.some((line) => line.startsWith("2020-06 "))).toBe(false);
  expect(lines.some((line) => line.startsWith("2020-07 "))).toBe(true);
  expect(lines.some((line) => line.startsWith("2022-06 "))).toBe(true);
  expect(lines).toContain("and 6 earlier months; --json has all");
});
