import { chart, donut, figures, gauge, map, table } from "../report/charts.ts";
import { header, slicer } from "../report/controls.ts";
import { cell, rows } from "../report/layout.ts";
import { palette } from "../report/palette.ts";
import type { Page } from "../report/report.ts";
import { day, transactionMeasure as measure, region, regionMeasure, risk, transaction } from "./fields.ts";

/** What is paid, where and with which card; fraud is red wherever it shows. */
export const transactionsPage: Page = {
  name: "transactions",
  title: "Transactions",
  visuals: [
    ...header("Transactions", "What is paid, where, and what of it do senders call fraud?"),
    slicer({ by: risk.risk_level, title: "Risk level", box: cell(rows.figures, 0, 2) }),
    slicer({ by: transaction.card_type, title: "Card", box: cell(rows.figures, 2, 2) }),
    slicer({ by: transaction.is_fraud, title: "Fraud (sender)", box: cell(rows.figures, 4, 2) }),
    figures({
      name: "figures",
      title: "Transactions at a glance",
      alt: "Transactions, their amount, and how many of them are labelled as fraud.",
      box: cell(rows.figures, 6, 6),
      values: [measure.Transactions, measure["Transaction amount"], measure["Labelled fraud"]],
    }),
    chart({
      name: "amount_by_day",
      title: "Amount by day, fraud in red",
      alt: "Two lines by day: the amount of all transactions, and in red of those labelled as fraud. The tooltip names the leading merchants and devices.",
      box: cell(rows.upper, 0, 5),
      type: "lineChart",
      by: day.date,
      values: [measure["Transaction amount"], measure["Labelled fraud amount"]],
      valueColours: [palette.blue, palette.bad],
      tooltips: [measure["Leading merchants"], measure["Leading devices"]],
    }),
    map({
      name: "amount_by_place",
      title: "Amount by location",
      alt: "A map with a bubble for each location, the larger the more was paid there.",
      box: cell(rows.upper, 5, 4),
      latitude: region.latitude,
      longitude: region.longitude,
      size: measure["Transaction amount"],
      tooltips: [
        regionMeasure["Region names"],
        measure.Transactions,
        measure["Labelled fraud"],
        measure["Leading merchants"],
        measure["Leading devices"],
      ],
    }),
    donut({
      name: "labels",
      title: "Labelled as fraud",
      alt: "A ring with the shares of transactions that their senders call fraud, in red, call no fraud, and do not label.",
      box: cell(rows.upper, 9, 3),
      by: transaction.is_fraud,
      value: measure.Transactions,
      colours: [
        [true, palette.bad],
        [false, palette.blue],
      ],
    }),
    table({
      name: "all_transactions",
      title: "Transactions, fraud in red",
      alt: "Every transaction with all its fields, the newest first; those labelled as fraud in red.",
      box: cell(rows.lower, 0, 9),
      fields: Object.values(transaction),
      sort: { by: transaction.occurred_at, direction: "Descending" },
      fontBy: measure["Fraud colour"],
    }),
    gauge({
      name: "average_score",
      title: "Average credit score",
      alt: "A gauge from 300 to 850 with the average credit score of the card holders.",
      box: cell(rows.lower, 9, 3),
      value: measure["Average credit score of card holders"],
      min: 300,
      max: 850,
    }),
  ],
};
