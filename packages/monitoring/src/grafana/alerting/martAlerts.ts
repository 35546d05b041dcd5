import type { Duration, Severity, Thresholds } from "../../thresholds.ts";
import { regionOf } from "../sql.ts";

/** An alert on the marts: what Prometheus cannot see. Its answer is one number a row, and its labels the other columns. */
export type MartAlert = {
  name: string;
  severity: Severity;
  team: "data" | "risk";
  sql: string;
  above: number;
  for: Duration;
  /** When the question itself fails: an alert of its own kind, or this one. */
  onError: "Error" | "Alerting";
  summary: string;
  /** A template of Prometheus, as those of the other alerts. */
  description: string;
};

export function martAlerts({ approval_shift, marts_unreadable }: Thresholds): MartAlert[] {
  return [
    {
      name: "ApprovalRateShifted",
      severity: "warning",
      team: "risk",
      sql: approvalShiftAlertSql(approval_shift.applications_min),
      above: approval_shift.above,
      for: approval_shift.for,
      onError: "Error",
      summary: "A region's approval rate has moved within a day",
      description:
        "Of {{ $labels.region }}, {{ $value | humanizePercentage }} more or fewer of the applications were approved than in the week before.",
    },
    {
      name: "MartsUnreadable",
      severity: "critical",
      team: "data",
      sql: unreadableSql,
      above: 0,
      for: marts_unreadable.for,
      // No answer is the worst answer: then nobody who reads by this role reads anything.
      onError: "Alerting",
      summary: "Readers cannot read some of the marts",
      description: "Relations of marts and quality that bi_reader may not read, or 1 where there are none at all.",
    },
  ];
}

/**
 * By region and over all: the share of applications approved at once, on the newest whole day and on the seven days with
 * decisions before it. A day is whole once a later one has begun, in whatever time zone the warehouse reports. A region with
 * fewer than `applicationsMin` on either side has no rate; all regions together always have a row.
 */
function approvalShifts(applicationsMin: number): string {
  const region = regionOf("application");
  const approved = "application.approval_status = 'Approved'";
  const [newest, before] = ["day.place = 2", "day.place > 2"];
  return `with days as (
  select decided_time_id, row_number() over (order by decided_time_id desc) as place
  from (select distinct decided_time_id from marts.fact_loan_application) as decided
),
counted as (
  select case when grouping(${region}) = 1 then 'all regions' else ${region} end as region,
    count(*) filter (where ${newest}) as newest,
    count(*) filter (where ${before}) as before,
    (count(*) filter (where ${newest} and ${approved}))::float as newest_approved,
    (count(*) filter (where ${before} and ${approved}))::float as before_approved
  from marts.fact_loan_application as application
  inner join days as day using (decided_time_id)
  where day.place between 2 and 9
  group by rollup (${region})
),
rates as (
  select region, newest, before, newest_approved / nullif(newest, 0) as newest_rate,
    before_approved / nullif(before, 0) as before_rate,
    newest >= ${applicationsMin} and before >= ${applicationsMin} as is_enough
  from counted
  where region = 'all regions' or (newest >= ${applicationsMin} and before >= ${applicationsMin})
)`;
}

/** The shift alone, 0 where there is not enough to tell: an alert takes one number a row. */
export function approvalShiftAlertSql(applicationsMin: number): string {
  return `${approvalShifts(applicationsMin)}
select region, case when is_enough then abs(newest_rate - before_rate) else 0 end as shift
from rates`;
}

/** The shift with the rates that it is between. */
export function approvalShiftSql(applicationsMin: number): string {
  return `${approvalShifts(applicationsMin)}
select region, newest_rate as "newest day", before_rate as "week before",
  case when is_enough then abs(newest_rate - before_rate) else 0 end as shift
from rates
order by shift desc, region`;
}

/** How many relations of the schemas for readers the data source's own role may not read. */
export const unreadableSql = `select count(*) filter (
  where not (has_schema_privilege(schema.oid, 'usage') and has_table_privilege(relation.oid, 'select'))
) + case when count(*) = 0 then 1 else 0 end as unreadable
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_namespace as schema on relation.relnamespace = schema.oid
where schema.nspname in ('marts', 'quality') and relation.relkind in ('r', 'v', 'm', 'p')`;
