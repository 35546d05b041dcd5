import { count, money, percent, table } from "../text.ts";
import type { Accuracy, FlagChanges, FlagFigures } from "./flags.ts";
import type { TransactionsReport } from "./report.ts";

/** Months printed at most, the newest; `--json` and the tables have all. */
const monthsShownMax = 24;

/** The section of a backtest on card transactions, for a person. */
export function formatTransactions(report: TransactionsReport): string {
  const { by_rule, by_card_type, by_month } = report;
  const months = by_month.slice(-monthsShownMax);
  const left = by_month.length - months.length;
  return [
    head(report),
    flagTable(report.flags),
    accuracyTable(report.accuracy),
    ...(by_rule.length > 0 ? [ruleTable(report)] : []),
    partTable(
      "card type",
      by_card_type.map((part) => [part.card_type, part]),
    ),
    partTable(
      "month",
      months.map((part) => [part.month, part]),
    ),
    ...(left > 0 ? [`and ${left} earlier months; --json has all`] : []),
  ].join("\n\n");
}

function head({ transactions, first, last, fraud, legitimate, unlabelled }: TransactionsReport): string {
  return [
    `card transactions  ${count(transactions)}: ${first} to ${last}`,
    `sender's labels    ${count(fraud)} fraud, ${count(legitimate)} legitimate, ${count(unlabelled)} without one`,
  ].join("\n");
}

function flagTable(flags: FlagChanges["flags"]): string {
  const columns = ["before", "after", "kept", "lost", "gained"] as const;
  const row = (name: string, cell: (figures: FlagFigures) => string) => [
    name,
    ...columns.map((side) => cell(flags[side])),
  ];
  return table([
    ["flagged", ...columns],
    row("count", ({ transactions }) => count(transactions)),
    row("amount", ({ amount }) => money(amount)),
    row("labelled fraud", ({ fraud }) => count(fraud)),
    row("labelled legitimate", ({ legitimate }) => count(legitimate)),
    row("without a label", ({ unlabelled }) => count(unlabelled)),
  ]);
}

function accuracyTable({ before, after }: FlagChanges["accuracy"]): string {
  const row = (name: string, cell: (accuracy: Accuracy) => string) => [name, cell(before), cell(after)];
  return table([
    ["against the labels", "before", "after"],
    row("true positives", ({ true_positives }) => count(true_positives)),
    row("false positives", ({ false_positives }) => count(false_positives)),
    row("false negatives", ({ false_negatives }) => count(false_negatives)),
    row("true negatives", ({ true_negatives }) => count(true_negatives)),
    row("precision", ({ precision }) => percent(precision)),
    row("recall", ({ recall }) => percent(recall)),
  ]);
}

function ruleTable({ by_rule }: TransactionsReport): string {
  return table([
    ["rule of the candidate", "flags", "amount", "fraud", "legitimate", "precision", "it alone", "fraud"],
    ...by_rule.map((rule) => [
      rule.rule,
      count(rule.transactions),
      money(rule.amount),
      count(rule.fraud),
      count(rule.legitimate),
      percent(rule.precision),
      count(rule.alone),
      count(rule.alone_fraud),
    ]),
  ]);
}

function partTable(name: string, parts: [string, FlagChanges][]): string {
  const sides = ["precision before", "after", "recall before", "after"];
  return table([
    [name, "all", "flagged before", "after", "lost", "gained", ...sides],
    ...parts.map(
      ([
        label,
        {
          transactions,
          flags,
          accuracy: { before, after },
        },
      ]) => [
        label,
        count(transactions),
        count(flags.before.transactions),
        count(flags.after.transactions),
        count(flags.lost.transactions),
        count(flags.gained.transactions),
        percent(before.precision),
        percent(after.precision),
        percent(before.recall),
        percent(after.recall),
      ],
    ),
  ]);
}
