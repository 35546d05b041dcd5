import type { ApprovalStatus, RiskLevel } from "@scoreline/contracts";
import { type CheckedPolicy, compileSql } from "@scoreline/policy";
import type { Client } from "pg";
import { minorUnitsOf } from "./money.ts";
import type { Period } from "./period.ts";
import { missingInputsPolicy, type Side, windowMsMaxOf } from "./policies.ts";
import { make, seenSql } from "./snapshot.ts";
import type { Cell } from "./swapSet.ts";

/** What both sides say of a period's applications, and what there was to say it of. */
export type Computed = {
  ranAt: Date;
  /** All of the period. */
  applications: number;
  /** Of those from a file, without a decision of record. */
  historical: number;
  /** Of those with a decision on both sides. */
  compared: number;
  /** Of those compared: decided by an exception, which holds under any policy. */
  heldByException: number;
  /** The times of the period's first and last application. */
  firstMs: number | null;
  lastMs: number | null;
  /** Of all that the warehouse holds, the newest application's time, and when the last load from the stream was. */
  newestMs: number | null;
  loadedAt: Date | null;
  /** By optional input of the candidate: applications of the period that lack it. */
  missingInputs: Record<string, number>;
  cells: Cell[];
};

/** Regions told apart, those with most applications; the rest are one, under this name. */
const regionsMax = 100;
const otherRegions = "(other regions)";

/** What a backtest compares, and over which period. */
export type Comparison = { candidate: Side; against: Side | undefined; period: Period };

/**
 * Decides a period's applications by the candidate, and by `against` where it is given (else as they were decided), all in
 * Postgres, within `onSnapshot`. Windows are warmed from before the period. Throws Postgres' errors.
 */
export async function computeBacktest(
  warehouse: Client,
  { candidate, against, period }: Comparison,
): Promise<Computed> {
  const policies = [candidate.policy, ...(against ? [against.policy] : [])];
  await make(warehouse, "backtest_events", eventsSql(period, windowMsMaxOf(policies)));
  await make(warehouse, "backtest_after", decidedSql(candidate.policy));
  await make(warehouse, "backtest_before", against ? decidedSql(against.policy) : recordedSql);
  const totals = await readTotals(warehouse);
  const missingInputs = await countMissing(warehouse, candidate.policy);
  const rows = await readCells(warehouse);
  return {
    ...totals,
    compared: rows.reduce((sum, { applications }) => sum + applications, 0),
    heldByException: rows.reduce((sum, { held_by_exception }) => sum + held_by_exception, 0),
    missingInputs,
    cells: rows.map(cellOf),
  };
}

const eventColumns = [
  ...["application_id", "user_id", "topic", "partition", "record_offset", "t_ms", "credit_score::integer"],
  ...["loan_amount", "device_id", "applicant_age::integer", "applicant_region", "score_model"],
  ...["consent_automated_decision", "consent_analytics", "attributes"],
].join(", ");

/**
 * The events of the period, in scope, and those before it that its windows see, each with its decision of record. Such a
 * decision goes before history under the same id.
 */
function eventsSql(period: Period, windowMsMax: number): string {
  const { inScope, where } = seenSql(period, windowMsMax);
  return `select ${eventColumns}, ${inScope} as in_scope, risk_level, approval_status, is_fraud, exception_id is not null as by_exception
    from raw.credit_scores where ${where}
    union all
    select ${eventColumns}, ${inScope} as in_scope, null, null, null, false
    from raw.historical_applications as past where ${where}
      and not exists (select from raw.credit_scores as recorded where recorded.application_id = past.application_id)`;
}

function decidedSql(policy: CheckedPolicy): string {
  return `select application_id, risk_level, policy_status as status, is_fraud as alert
    from (${compileSql(policy, "backtest_events")}) as decided`;
}

const recordedSql = `select application_id, risk_level, approval_status as status, is_fraud as alert
  from backtest_events where in_scope and approval_status is not null`;

type Totals = Pick<Computed, "ranAt" | "applications" | "historical" | "firstMs" | "lastMs" | "newestMs" | "loadedAt">;

async function readTotals(warehouse: Client): Promise<Totals> {
  const { rows } = await warehouse.query(
    `select
       now() as "ranAt",
       count(*)::integer as applications,
       (count(*) filter (where topic = 'history'))::integer as historical,
       min(t_ms)::float8 as "firstMs",
       max(t_ms)::float8 as "lastMs",
       (select greatest(
         (select max(t_ms) from raw.credit_scores), (select max(t_ms) from raw.historical_applications)
       ))::float8 as "newestMs",
       (select max(loaded_at) from raw.loads where kind = 'stream') as "loadedAt"
     from backtest_events where in_scope`,
  );
  return rows[0];
}

async function countMissing(warehouse: Client, candidate: CheckedPolicy): Promise<Record<string, number>> {
  const policy = missingInputsPolicy(candidate);
  if (!policy) return {};
  const { rows } = await warehouse.query<{ input: string; missing: number }>(
    `select input, count(*)::integer as missing
     from (${compileSql(policy, "backtest_events")}) as decided
     cross join unnest(fraud_rules) as input
     group by input`,
  );
  const missing = new Map(rows.map((row) => [row.input, row.missing]));
  return Object.fromEntries(policy.inputs.map(({ name }) => [name, missing.get(name) ?? 0]));
}

type CellRow = {
  risk_level: RiskLevel;
  region: string | null;
  status_before: ApprovalStatus;
  status_after: ApprovalStatus;
  alert_before: boolean;
  alert_after: boolean;
  applications: number;
  loan_amount: string;
  booked: number;
  exposure: string;
  rated: number;
  bad: number;
  held_by_exception: number;
};

/** What an exception decided stays so under any policy, on both sides. */
async function readCells(warehouse: Client): Promise<CellRow[]> {
  const { rows } = await warehouse.query<CellRow>(
    `with regions as (
       select applicant_region as region from backtest_events
       where in_scope and applicant_region is not null
       group by applicant_region order by count(*) desc, applicant_region collate "C" limit ${regionsMax}
     ),
     compared as (
       select
         before.risk_level,
         case
           when event.applicant_region is null or event.applicant_region in (select region from regions)
             then event.applicant_region
           else '${otherRegions}'
         end as region,
         case when event.by_exception then event.approval_status else before.status end as status_before,
         case when event.by_exception then event.approval_status else after.status end as status_after,
         before.alert as alert_before,
         after.alert as alert_after,
         event.loan_amount,
         event.by_exception,
         outcome.booked,
         outcome.exposure,
         outcome.booked and outcome.matured_at <= now() and outcome.bad is not null as is_rated,
         outcome.bad
       from backtest_events as event
       inner join backtest_before as before on event.application_id = before.application_id
       inner join backtest_after as after on event.application_id = after.application_id
       left join raw.outcomes as outcome on event.application_id = outcome.application_id
       where event.in_scope
     )
     select
       risk_level, region, status_before, status_after, alert_before, alert_after,
       count(*)::integer as applications,
       sum(loan_amount) as loan_amount,
       (count(*) filter (where booked))::integer as booked,
       coalesce(sum(exposure) filter (where booked), 0) as exposure,
       (count(*) filter (where is_rated))::integer as rated,
       (count(*) filter (where is_rated and bad))::integer as bad,
       (count(*) filter (where by_exception))::integer as held_by_exception
     from compared
     group by risk_level, region, status_before, status_after, alert_before, alert_after
     order by risk_level, region, status_before, status_after, alert_before, alert_after`,
  );
  return rows;
}

function cellOf(row: CellRow): Cell {
  return {
    riskLevel: row.risk_level,
    region: row.region,
    statusBefore: row.status_before,
    statusAfter: row.status_after,
    alertBefore: row.alert_before,
    alertAfter: row.alert_after,
    applications: row.applications,
    amount: minorUnitsOf(row.loan_amount),
    booked: row.booked,
    exposure: minorUnitsOf(row.exposure),
    rated: row.rated,
    bad: row.bad,
  };
}
