import { series } from "../../promql.ts";
import { unreadableSql } from "../alerting/martAlerts.ts";
import { colours } from "../bounds.ts";
import { type Context, met, orNone } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { bars, ranking } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { signals } from "../panels/panel.ts";
import { table } from "../panels/table.ts";
import { metric, metricNow, rows } from "../query.ts";
import { monthsChosen } from "../sql.ts";
import { units } from "../units.ts";

/** What the warehouse finds, and whether it agrees with the stream. */
export function qualityWarehouseSections(context: Context): Section[] {
  return [agreement(context), batches(context), issues()];
}

function agreement({ alert }: Context): Section {
  const [broken, incomplete, differ] = [alert("ParityBroken"), alert("ParityIncomplete"), alert("StoresDiffer")];
  return {
    title: "Parity and reconciliation",
    panels: [
      figure({
        title: "Decided differently",
        description:
          "Decisions that the warehouse, deciding again by the same policy, makes otherwise. Any one is a defect: ParityBroken.",
        unit: units.count,
        width: 6,
        shows: [broken],
        queries: signals([broken], "{{subject}}"),
      }),
      figure({
        title: "Not compared",
        description:
          "Loaded decisions that the last build did not make again. Build again; `scoreline parity --full` compares all.",
        unit: units.count,
        width: 6,
        shows: [incomplete],
        queries: signals([incomplete], "{{subject}}"),
      }),
      figure({
        title: "Compared",
        description: "Decisions that the warehouse has made again so far.",
        unit: units.count,
        width: 6,
        queries: [metric(`max by (subject) (${series("parityCompared")})`, "{{subject}}")],
      }),
      figure({
        title: "Differences between the stores",
        description:
          "What the last `scoreline reconcile` found, by comparison. Any one: StoresDiffer names the records to look at.",
        unit: units.count,
        width: 6,
        shows: [differ],
        queries: signals([differ], "{{comparison}}"),
      }),
      table({
        title: "Where both engines differ",
        description: "Fields that differ, how often, and of which version. One row with 0 says that there are none.",
        unit: units.count,
        width: 24,
        height: 5,
        queries: [
          rows(`
select subject, coalesce(field, 'none') as field, coalesce(policy_version, 'any') as policy_version, count(field) as decisions
from (values ('applications'), ('transactions')) as both_streams (subject)
left join (
  select 'applications' as subject, unnest(mismatches) as field, policy_version
  from quality.decision_parity
  union all
  select 'transactions', unnest(mismatches), policy_version
  from quality.transaction_parity
) as mismatch using (subject)
group by 1, 2, 3
order by decisions desc, subject
limit 100`),
        ],
      }),
    ],
  };
}

function batches({ alert }: Context): Section {
  const failed = alert("WarehouseTestFailed");
  return {
    title: "Loads and builds",
    panels: [
      ranking({
        title: "Missing fields of the last load",
        description:
          "Fields that records of the last batch lack, by check. A new name here is a field that a producer dropped.",
        unit: units.count,
        width: 8,
        queries: [metricNow(met(`max by (check) (${series("loadMissingFields")})`, "check"), "{{check}}")],
      }),
      ranking({
        title: "Failed checks in the warehouse",
        description: "By check, over all that is loaded: what analysts read beside the facts.",
        unit: units.count,
        width: 8,
        queries: [metricNow(met(`max by (check) (${series("warehouseIssues")})`, "check"), "{{check}}")],
      }),
      lines({
        title: "Tests that fail",
        description:
          "What each failing test of the last build found; 0 when all pass. Act at once: readers see what it tests.",
        unit: units.count,
        width: 8,
        height: 9,
        shows: [failed],
        queries: signals([failed], "{{test}}"),
      }),
      table({
        title: "Tests of the last build that fail or warn",
        description:
          "By severity, in the test's own unit: rows, hundredths of a fold, thousandths of the stability index.",
        unit: units.count,
        width: 24,
        height: 5,
        transformations: [{ id: "organize", options: { excludeByName: { Time: true } } }],
        queries: [metricNow(orNone(`max by (test, severity) (${series("testFailures")})`, "test"), "", "table")],
      }),
      figure({
        title: "Failing tests by severity",
        description: "How many tests of the last build fail, and how many warn. Warnings wait for the working day.",
        unit: units.count,
        width: 12,
        queries: [metricNow(orNone(`count by (severity) (${series("testFailures")})`, "severity"), "{{severity}}")],
      }),
      figure({
        title: "Relations that readers cannot read",
        description:
          "Of marts and quality, by the role of this data source. Any one: a grant is missing, see MartsUnreadable.",
        unit: units.count,
        width: 12,
        showsOfMarts: ["MartsUnreadable"],
        bounds: [{ value: 0, colour: colours.bad, from: "above" }],
        queries: [rows(unreadableSql)],
      }),
    ],
  };
}

function issues(): Section {
  return {
    title: "Issues on record",
    panels: [
      bars({
        title: "Failed records by day and kind",
        description:
          "Days in the reporting time zone. A day that stands out, or a check that is new, is worth a look below.",
        unit: units.count,
        width: 12,
        by: "day",
        stacking: "sum",
        queries: [
          rows(`
select to_char(day.date, 'YYYY-MM-DD') as day,
  count(distinct issue.failed_record_id) filter (where issue.check_type like 'missing%') as "field missing",
  count(distinct issue.failed_record_id) filter (where issue.check_type like 'invalid%') as "value invalid",
  count(distinct issue.failed_record_id) filter (where issue.check_type like 'duplicate%') as "duplicate",
  count(distinct issue.failed_record_id) filter (where issue.check_type !~ '^(missing|invalid|duplicate)') as "other"
from quality.data_quality_issues as issue
inner join marts.dim_time as day on issue.time_id = day.time_id
where $__timeFilter(issue.received_at)
group by day.date
order by day.date`),
        ],
      }),
      bars({
        title: "Issues by check and place",
        description: "Where each check failed: at the door, at the scorer, or in a model of the warehouse.",
        unit: units.count,
        width: 12,
        by: "check",
        stacking: "sum",
        lies: true,
        queries: [
          rows(`
select issue.check_type as "check",
  count(*) filter (where issue.stage = 'ingest') as "at the door",
  count(*) filter (where issue.stage = 'scorer') as "at the scorer",
  count(*) filter (where issue.source = 'warehouse') as "in the warehouse"
from marts.mart_data_quality as issue
where $__timeFilter(issue.found_at)
group by issue.check_type
order by count(*) desc
limit 25`),
        ],
      }),
      table({
        title: "Newest issues",
        description: "Record, field and what was wrong with it. The record itself is on the dead letters' topic.",
        unit: units.count,
        width: 24,
        queries: [
          rows(`
select detected_at as time, topic, stage, check_type as "check", failed_record_id as record, field, reason
from marts.fact_data_quality_issue
where $__timeFilter(detected_at)
order by detected_at desc
limit 200`),
        ],
      }),
      table({
        title: "From received to approved",
        description:
          "What became of the records of each month, from receipt to the final decision, as counts and shares.",
        unit: units.count,
        width: 24,
        height: 7,
        unitsByField: { share: units.share },
        queries: [
          rows(`
select year_month as month, stage, records, share
from marts.mart_funnel
where ${monthsChosen("month_start")}
order by month_start desc, stage_number`),
        ],
      }),
    ],
  };
}
