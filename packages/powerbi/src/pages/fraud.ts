import { chart, figures, matrix } from "../report/charts.ts";
import { header } from "../report/controls.ts";
import { cell, rows } from "../report/layout.ts";
import { palette } from "../report/palette.ts";
import type { Page } from "../report/report.ts";
import { application, applicationMeasure, day, region, transaction, transactionMeasure } from "./fields.ts";

/** Where is fraud found, and how well do our findings agree with the senders' labels? */
export const fraudPage: Page = {
  name: "fraud",
  title: "Fraud",
  visuals: [
    ...header("Fraud", "Where is it found, and how well do findings and labels agree?"),
    figures({
      name: "figures",
      title: "Fraud at a glance",
      alt: "Fraud alerts and their share of applications, flagged transactions, precision, recall and false positive rate.",
      box: cell(rows.figures, 0, 12),
      values: [
        applicationMeasure["Fraud alerts"],
        applicationMeasure["Fraud alert rate"],
        transactionMeasure["Flagged transactions"],
        transactionMeasure.Precision,
        transactionMeasure.Recall,
        transactionMeasure["False positive rate"],
      ],
    }),
    chart({
      name: "findings_by_day",
      title: "Alerts and flagged transactions by day",
      alt: "Columns by day: fraud alerts of applications, and on top of them transactions that a rule held for.",
      box: cell(rows.upper, 0, 7),
      type: "columnChart",
      by: day.date,
      values: [applicationMeasure["Fraud alerts"], transactionMeasure["Flagged transactions"]],
      valueColours: [palette.bad, palette.violet],
    }),
    chart({
      name: "findings_by_region",
      title: "Alerts and flagged transactions by region",
      alt: "Bars by region: fraud alerts of applications, and transactions that a rule held for.",
      box: cell(rows.upper, 7, 5),
      type: "clusteredBarChart",
      by: region.region,
      values: [applicationMeasure["Fraud alerts"], transactionMeasure["Flagged transactions"]],
      valueColours: [palette.bad, palette.violet],
      order: "largest",
    }),
    chart({
      name: "alerts_by_reason",
      title: "Alerts by reason",
      alt: "Bars of the fraud alerts of applications by what the alert says.",
      box: cell(rows.lower, 0, 4),
      type: "clusteredBarChart",
      by: application.alert_reason,
      values: [applicationMeasure["Fraud alerts"]],
      valueColours: [palette.bad],
      order: "largest",
    }),
    chart({
      name: "flagged_by_rule",
      title: "Flagged transactions by rule",
      alt: "Bars of the transactions that a rule held for, by the first such rule, with precision in the tooltip.",
      box: cell(rows.lower, 4, 4),
      type: "clusteredBarChart",
      by: transaction.primary_rule,
      values: [transactionMeasure["Flagged transactions"]],
      valueColours: [palette.violet],
      tooltips: [transactionMeasure.Precision],
      order: "largest",
    }),
    matrix({
      name: "flagged_against_labelled",
      title: "Flagged against labelled",
      alt: "Transactions by whether we flagged them and whether their sender calls them fraud.",
      box: cell(rows.lower, 8, 4),
      rows: [transaction.flagged],
      columns: [transaction.is_fraud],
      values: [transactionMeasure.Transactions],
      totals: true,
    }),
  ],
};
