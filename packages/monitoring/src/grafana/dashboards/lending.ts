import type { Section } from "../dashboard.ts";
import { bars } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { lines } from "../panels/lines.ts";
import { table } from "../panels/table.ts";
import { rows, rowsOverTime } from "../query.ts";
import { chosenApplications, joinDay, rate, regionOf } from "../sql.ts";
import { units } from "../units.ts";

const from = "from marts.fact_loan_application as application";
const amountWhere = (status: string) =>
  `coalesce(sum(application.loan_amount) filter (where application.final_status = '${status}'), 0)`;
const countWhere = (column: string, value: string) =>
  `count(*) filter (where application.${column} = '${value}') as "${value}"`;

/** Applications: how many, for how much, at what risk, and how they ended. */
export function lendingSections(): Section[] {
  return [glance(), byRegionAndDay(), risk()];
}

function glance(): Section {
  return {
    title: "Lending at a glance",
    panels: [
      figure({
        title: "Applications",
        description:
          "Of the chosen time and regions, by the broker's clock: how many, for how much, and how they ended.",
        unit: units.count,
        width: 24,
        unitsByField: {
          "Amount asked for": units.money,
          "Amount approved": units.money,
          "Approval rate": units.share,
          "High risk share": units.share,
          "Fraud alert rate": units.share,
        },
        queries: [
          rows(`
select count(*) as "Applications",
  coalesce(sum(application.loan_amount), 0) as "Amount asked for",
  ${amountWhere("Approved")} as "Amount approved",
  ${rate("application.final_status = 'Approved'")} as "Approval rate",
  round(avg(application.credit_score), 1) as "Average credit score",
  ${rate("application.risk_level = 'High'")} as "High risk share",
  ${rate("application.is_fraud")} as "Fraud alert rate"
${from}
where ${chosenApplications}`),
        ],
      }),
    ],
  };
}

function byRegionAndDay(): Section {
  return {
    title: "By region and period",
    panels: [
      table({
        title: "Regions",
        description: "Volume, amount, approval rate and risk by region; sort by a column to find the odd one out.",
        unit: units.count,
        width: 12,
        unitsByField: { amount: units.money, "approval rate": units.share, "high risk": units.share },
        queries: [
          rows(`
select ${regionOf("application")} as region, count(*) as applications, sum(application.loan_amount) as amount,
  ${rate("application.final_status = 'Approved'")} as "approval rate",
  ${rate("application.risk_level = 'High'")} as "high risk",
  round(avg(application.credit_score), 1) as "average score"
${from}
where ${chosenApplications}
group by 1
order by applications desc`),
        ],
      }),
      lines({
        title: "Amounts by day",
        description: "Asked for and approved, by reporting day. The gap between both is what the policy keeps out.",
        unit: units.money,
        width: 12,
        height: 9,
        draws: "bars",
        queries: [
          rowsOverTime(`
select day.date as time, sum(application.loan_amount) as "asked for", ${amountWhere("Approved")} as approved
${from}
${joinDay("application")}
where ${chosenApplications}
group by day.date
order by day.date`),
        ],
      }),
      bars({
        title: "Rates by month",
        description:
          "How applications ended by the sender's month, over all regions and all time: the trend behind the days.",
        unit: units.count,
        width: 12,
        by: "month",
        stacking: "share",
        queries: [
          rows(`
select year_month as month, sum(approved) as "Approved", sum(under_review) as "Under Review", sum(rejected) as "Rejected"
from marts.mart_approval_rates
group by year_month
order by year_month desc
limit 24`),
        ],
      }),
      lines({
        title: "Time to the decision by day",
        description:
          "Percentiles over all applications of a day, by the broker's clock. It rises with lag, not with the policy.",
        unit: units.seconds,
        width: 12,
        height: 9,
        queries: [
          rowsOverTime(`
select date as time, seconds_to_decision_p50 as p50, seconds_to_decision_p95 as p95, seconds_to_decision_p99 as p99
from marts.mart_turnaround
where date between $__timeFrom()::timestamptz::date and $__timeTo()::timestamptz::date
order by date`),
        ],
      }),
    ],
  };
}

function risk(): Section {
  return {
    title: "Risk and outcome",
    panels: [
      lines({
        title: "Applications by day and risk level",
        description: "The risk mix of what comes in. A shift here moves approvals without any change of the policy.",
        unit: units.count,
        width: 12,
        draws: "bars",
        stacked: true,
        queries: [
          rowsOverTime(`
select day.date as time, ${countWhere("risk_level", "Low")}, ${countWhere("risk_level", "Medium")}, ${countWhere("risk_level", "High")}
${from}
${joinDay("application")}
where ${chosenApplications}
group by day.date
order by day.date`),
        ],
      }),
      bars({
        title: "Amount by risk level and status",
        description: "Where the money lies: what was asked for at each risk level, by how it ended.",
        unit: units.money,
        width: 12,
        height: 8,
        by: "risk",
        stacking: "sum",
        queries: [
          rows(`
select level.risk_level as risk, ${amountWhere("Approved")} as "Approved", ${amountWhere("Under Review")} as "Under Review",
  ${amountWhere("Rejected")} as "Rejected"
from marts.dim_risk as level
inner join marts.fact_loan_application as application using (risk_level)
where ${chosenApplications}
group by level.risk_level, level.sort_order
order by level.sort_order`),
        ],
      }),
      bars({
        title: "Risk levels by region",
        description: "Shares of low, medium and high risk in the regions with most applications.",
        unit: units.count,
        width: 12,
        by: "region",
        stacking: "share",
        queries: [
          rows(`
select ${regionOf("application")} as region,
  ${countWhere("risk_level", "Low")}, ${countWhere("risk_level", "Medium")}, ${countWhere("risk_level", "High")}
${from}
where ${chosenApplications}
group by 1
order by count(*) desc
limit 20`),
        ],
      }),
      table({
        title: "Loan distribution by month",
        description: "By the sender's month and risk level: amounts, scores, and the share of the month.",
        unit: units.count,
        width: 12,
        unitsByField: {
          amount: units.money,
          "average amount": units.money,
          "median amount": units.money,
          share: units.share,
        },
        queries: [
          rows(`
select year_month as month, risk_level as risk, applications, loan_amount as amount, loan_amount_average as "average amount",
  loan_amount_median as "median amount", credit_score_average as "average score", applications_share as share
from marts.mart_loan_distribution
order by month_start desc, risk_level
limit 72`),
        ],
      }),
      figure({
        title: "Outcomes of loans",
        description:
          "Of all loans on file: how many matured, and the share that went bad. Nothing before outcomes are loaded.",
        unit: units.count,
        width: 24,
        unitsByField: { "Bad rate": units.share, Exposure: units.money },
        queries: [rows(outcomesSql)],
      }),
    ],
  };
}

/** Rated, as in a backtest: booked, matured, and known to be good or bad. */
const rated = "is_booked and matured_at <= now() and is_bad is not null";

const outcomesSql = `
select count(*) as "Outcomes", count(*) filter (where is_booked) as "Booked",
  coalesce(sum(exposure) filter (where is_booked), 0) as "Exposure",
  count(*) filter (where ${rated}) as "Rated",
  count(*) filter (where ${rated} and is_bad) as "Bad",
  ${rate(`${rated} and is_bad`, `count(*) filter (where ${rated})`)} as "Bad rate"
from marts.fact_loan_outcome`;
