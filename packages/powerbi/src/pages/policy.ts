import { figures, matrix, table } from "../report/charts.ts";
import { header, slicer } from "../report/controls.ts";
import { labelled } from "../report/field.ts";
import { cell, rows } from "../report/layout.ts";
import type { Page } from "../report/report.ts";
import {
  applicationMeasure,
  exception,
  exceptionMeasure,
  policy,
  policyMeasure,
  threshold,
  thresholdMeasure,
} from "./fields.ts";

/** What do the versions of the policy demand, and who is excepted? */
export const policyPage: Page = {
  name: "policy",
  title: "Policy",
  visuals: [
    ...header("Policy", "What do its versions demand, and who is excepted?"),
    figures({
      name: "figures",
      title: "Policy at a glance",
      alt: "Policy versions, exceptions granted, exceptions in force, and applications that exceptions have decided.",
      box: cell(rows.figures, 0, 8),
      values: [
        policyMeasure["Policy versions"],
        exceptionMeasure.Exceptions,
        exceptionMeasure["Exceptions in force"],
        exceptionMeasure["Decisions by exceptions"],
      ],
    }),
    slicer({ by: threshold.stream, title: "Stream", box: cell(rows.figures, 8, 2) }),
    slicer({ by: policy.policy_version, title: "Policy version", box: cell(rows.figures, 10, 2) }),
    matrix({
      name: "thresholds_by_version",
      title: "Thresholds by version",
      alt: "A row for each clause of the policy with its inputs and what they are compared with, a column for each version.",
      box: cell(rows.both, 0, 5),
      rows: [threshold.clause],
      columns: [policy.policy_version],
      values: [thresholdMeasure["Tests as written"]],
      totals: false,
    }),
    table({
      name: "versions",
      title: "Versions",
      alt: "Policy versions with the time in which each was in force, who published it, and its applications and approval rate.",
      box: cell(rows.upper, 5, 7),
      fields: [
        policy.policy_version,
        policy.effective_from,
        policy.effective_until,
        policy.is_current,
        policy.published_by,
        policy.note,
        applicationMeasure.Applications,
        applicationMeasure["Approval rate"],
      ],
      sort: { by: policy.effective_from, direction: "Descending" },
    }),
    table({
      name: "exceptions",
      title: "Exceptions and their state",
      alt: "Exceptions with their state at this moment, whom they are for, the status they give, and why.",
      box: cell(rows.lower, 5, 7),
      fields: [labelled(exceptionMeasure["Exception state"], "State"), ...Object.values(exception)],
      sort: { by: exception.effective_from, direction: "Descending" },
    }),
  ],
};
