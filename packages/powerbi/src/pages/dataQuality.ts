import { chart, figures, table } from "../report/charts.ts";
import { header, slicer } from "../report/controls.ts";
import { cell, rows } from "../report/layout.ts";
import type { Page } from "../report/report.ts";
import { day, issue, issueMeasure as measure } from "./fields.ts";

/** Which records fail, on which check and when? */
export const dataQualityPage: Page = {
  name: "data_quality",
  title: "Data quality",
  visuals: [
    ...header("Data quality", "Which records fail, on which checks, and since when?"),
    figures({
      name: "figures",
      title: "Data quality at a glance",
      alt: "Failed checks, failed records, their share of all records, and failed checks for each failed record.",
      box: cell(rows.figures, 0, 8),
      values: [
        measure["Data quality issues"],
        measure["Failed records"],
        measure["Failed record rate"],
        measure["Issues per failed record"],
      ],
    }),
    slicer({ by: issue.topic, title: "Topic", box: cell(rows.figures, 8, 2) }),
    slicer({ by: issue.check_type, title: "Check", box: cell(rows.figures, 10, 2) }),
    chart({
      name: "issues_by_day",
      title: "Issues by day and stage",
      alt: "Columns of failed checks by day, stacked by the stage at which they were found.",
      box: cell(rows.upper, 0, 7),
      type: "columnChart",
      by: day.date,
      values: [measure["Data quality issues"]],
      series: issue.stage,
    }),
    chart({
      name: "issues_by_topic",
      title: "Issues by topic and stage",
      alt: "Columns of failed checks by the topic that the record came on, stacked by stage.",
      box: cell(rows.upper, 7, 5),
      type: "columnChart",
      by: issue.topic,
      values: [measure["Data quality issues"]],
      series: issue.stage,
      tooltips: [measure["Failed records"]],
    }),
    chart({
      name: "issues_by_check",
      title: "Issues by check",
      alt: "Bars of failed checks, the most frequent first.",
      box: cell(rows.lower, 0, 4),
      type: "clusteredBarChart",
      by: issue.check_type,
      values: [measure["Data quality issues"]],
      tooltips: [measure["Failed records"]],
      order: "largest",
    }),
    table({
      name: "newest_issues",
      title: "Newest issues",
      alt: "Failed checks with their record, field and what was wrong, the newest first.",
      box: cell(rows.lower, 4, 8),
      fields: Object.values(issue),
      sort: { by: issue.detected_at, direction: "Descending" },
    }),
  ],
};
