import { chart, figures } from "../report/charts.ts";
import { header, slicer } from "../report/controls.ts";
import { cell, rows } from "../report/layout.ts";
import { palette } from "../report/palette.ts";
import type { Page } from "../report/report.ts";
import {
  day,
  applicationMeasure as measure,
  policy,
  reason,
  reasonMeasure,
  region,
  risk,
  status,
  statusColours,
} from "./fields.ts";

/** Whom do we lend to, and why not to others? */
export const lendingPage: Page = {
  name: "lending",
  title: "Lending",
  visuals: [
    ...header("Lending", "What was approved, rejected and left to a person, where and why?"),
    figures({
      name: "figures",
      title: "Lending at a glance",
      alt: "Applications this month and their change, approval, rejection and review rates, and the approved amount.",
      box: cell(rows.figures, 0, 8),
      values: [
        measure["Applications month to date"],
        measure["Applications change on previous month"],
        measure["Approval rate"],
        measure["Rejection rate"],
        measure["Review rate"],
        measure["Approved loan amount"],
      ],
    }),
    slicer({ by: region.region, title: "Region", box: cell(rows.figures, 8, 2) }),
    slicer({ by: policy.policy_version, title: "Policy version", box: cell(rows.figures, 10, 2) }),
    chart({
      name: "rates_by_month",
      title: "Approval, rejection and review rates by month",
      alt: "Three lines by month: the shares of applications approved, rejected and under review.",
      box: cell(rows.upper, 0, 7),
      type: "lineChart",
      by: day.year_month,
      values: [measure["Approval rate"], measure["Rejection rate"], measure["Review rate"]],
      valueColours: [palette.good, palette.bad, palette.open],
      tooltips: [measure.Applications],
    }),
    chart({
      name: "amount_by_risk",
      title: "Loan amount by risk level",
      alt: "Columns of the loan amount asked for and of the amount approved, by risk level.",
      box: cell(rows.upper, 7, 5),
      type: "clusteredColumnChart",
      by: risk.risk_level,
      values: [measure["Loan amount"], measure["Approved loan amount"]],
      valueColours: [palette.slate, palette.good],
    }),
    chart({
      name: "status_by_region",
      title: "Final status by region",
      alt: "A bar for each region, divided into the shares approved, rejected and under review.",
      box: cell(rows.lower, 0, 7),
      type: "hundredPercentStackedBarChart",
      by: region.region,
      values: [measure.Applications],
      series: status.status_code,
      colours: statusColours,
      tooltips: [measure["Approval rate"], measure["Loan amount"]],
      order: "largest",
    }),
    chart({
      name: "main_reasons",
      title: "What weighed most",
      alt: "Bars of the reason codes that weighed most in decisions, the most frequent first.",
      box: cell(rows.lower, 7, 5),
      type: "clusteredBarChart",
      by: reason.reason_code,
      values: [reasonMeasure["Main reasons given"]],
      order: "largest",
    }),
  ],
};
