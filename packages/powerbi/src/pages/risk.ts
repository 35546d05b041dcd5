import { chart, figures } from "../report/charts.ts";
import { header, slicer } from "../report/controls.ts";
import { cell, rows } from "../report/layout.ts";
import type { Page } from "../report/report.ts";
import { day, applicationMeasure as measure, region, risk, riskColours, status, statusColours } from "./fields.ts";

/** How risky is what comes in, and what is asked for? */
export const riskPage: Page = {
  name: "risk",
  title: "Risk",
  visuals: [
    ...header("Risk", "How risky are the applications, and what do they ask for?"),
    figures({
      name: "figures",
      title: "Risk at a glance",
      alt: "Applications, loan amount, average credit score, share of high risk and share with a fraud alert.",
      box: cell(rows.figures, 0, 10),
      values: [
        measure.Applications,
        measure["Loan amount"],
        measure["Average credit score"],
        measure["High risk share"],
        measure["Fraud alert rate"],
      ],
    }),
    slicer({ by: region.region, title: "Region", box: cell(rows.figures, 10, 2) }),
    chart({
      name: "amount_by_risk",
      title: "Loan amount by risk level and status",
      alt: "Columns of the loan amount by risk level, stacked by final status.",
      box: cell(rows.upper, 0, 4),
      type: "columnChart",
      by: risk.risk_level,
      values: [measure["Loan amount"]],
      series: status.status_code,
      colours: statusColours,
    }),
    chart({
      name: "applications_by_month",
      title: "Applications by month and risk level",
      alt: "Columns of applications by month, stacked by risk level.",
      box: cell(rows.upper, 4, 8),
      type: "columnChart",
      by: day.year_month,
      values: [measure.Applications],
      series: risk.risk_level,
      colours: riskColours,
    }),
    chart({
      name: "risk_by_region",
      title: "Risk levels by region",
      alt: "A bar for each region, divided into the shares of low, medium and high risk.",
      box: cell(rows.lower, 0, 6),
      type: "hundredPercentStackedBarChart",
      by: region.region,
      values: [measure.Applications],
      series: risk.risk_level,
      colours: riskColours,
      tooltips: [measure["Loan amount"], measure["Average credit score"]],
      order: "largest",
    }),
    chart({
      name: "score_by_month",
      title: "Average credit score by month",
      alt: "A line of the average credit score of applications by month.",
      box: cell(rows.lower, 6, 6),
      type: "lineChart",
      by: day.year_month,
      values: [measure["Average credit score"]],
      tooltips: [measure.Applications],
    }),
  ],
};
