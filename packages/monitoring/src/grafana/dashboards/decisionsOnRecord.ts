import { approvalShiftSql } from "../alerting/martAlerts.ts";
import { colours } from "../bounds.ts";
import type { Context } from "../context.ts";
import type { Section } from "../dashboard.ts";
import { bars } from "../panels/bars.ts";
import { lines } from "../panels/lines.ts";
import { table } from "../panels/table.ts";
import { rows, rowsOverTime } from "../query.ts";
import { chosenApplications, joinDay, rate, regionOf } from "../sql.ts";
import { units } from "../units.ts";

/** Decisions in the marts: rates, reasons and alerts, by region and day. */
export function decisionSections({ thresholds }: Context): Section[] {
  const { applications_min, above } = thresholds.approval_shift;
  return [
    {
      title: "On record",
      panels: [
        bars({
          title: "How applications ended, by region",
          description:
            "Shares of approved, rejected and under review. A region far from the rest: see its risk mix and reasons.",
          unit: units.count,
          width: 12,
          by: "region",
          stacking: "share",
          queries: [
            rows(`
select ${regionOf("application")} as region,
  count(*) filter (where application.final_status = 'Approved') as "Approved",
  count(*) filter (where application.final_status = 'Under Review') as "Under Review",
  count(*) filter (where application.final_status = 'Rejected') as "Rejected"
from marts.fact_loan_application as application
where ${chosenApplications}
group by 1
order by count(*) desc
limit 20`),
          ],
        }),
        lines({
          title: "Approval, rejection and review rates by day",
          description:
            "Of the applications that came on a day in the reporting time zone. A step is a new version, or another source.",
          unit: units.share,
          width: 12,
          height: 9,
          max: 1,
          queries: [
            rowsOverTime(`
select day.date as time,
  ${rate("application.final_status = 'Approved'")} as approved,
  ${rate("application.final_status = 'Rejected'")} as rejected,
  ${rate("application.final_status = 'Under Review'")} as "under review"
from marts.fact_loan_application as application
${joinDay("application")}
where ${chosenApplications}
group by day.date
order by day.date`),
          ],
        }),
        bars({
          title: "What weighed most",
          description:
            "Main reasons of decisions that were no approval. A reason that climbs tells what applicants lack, or what a version demands.",
          unit: units.count,
          width: 12,
          by: "reason",
          lies: true,
          queries: [
            rows(`
select reason.reason_code as reason, count(*) as decisions
from marts.fact_decision_reason as reason
inner join marts.fact_loan_application as application using (application_id)
where ${chosenApplications} and reason.reason_rank = 1
group by reason.reason_code
order by decisions desc
limit 15`),
          ],
        }),
        bars({
          title: "Fraud alerts by what they say",
          description:
            "Alerts on applications by their reason. One that grows alone: look at its newest alerts on the right.",
          unit: units.count,
          width: 12,
          by: "reason",
          lies: true,
          queries: [
            rows(`
select application.alert_reason as reason, count(*) as alerts
from marts.fact_loan_application as application
where ${chosenApplications} and application.is_fraud
group by application.alert_reason
order by alerts desc
limit 15`),
          ],
        }),
        table({
          title: "Approval rates against the week before",
          description: `The newest whole day against the seven days with decisions before it, with ${applications_min} applications on either side. Past the bound: ApprovalRateShifted.`,
          unit: units.share,
          width: 12,
          bounds: [{ value: above, colour: colours.warning, from: "above" }],
          showsOfMarts: ["ApprovalRateShifted"],
          queries: [rows(approvalShiftSql(applications_min))],
        }),
        table({
          title: "Newest fraud alerts",
          description: "Applications with an alert, the newest first, with what the alert says and how it was decided.",
          unit: units.count,
          width: 12,
          unitsByField: { amount: units.money },
          queries: [
            rows(`
select application.alerted_at as time, application.application_id as application, application.user_id as "user",
  ${regionOf("application")} as region, application.loan_amount as amount, application.alert_reason as reason,
  application.final_status as status
from marts.fact_loan_application as application
where ${chosenApplications} and application.is_fraud
order by application.alerted_at desc nulls last
limit 100`),
          ],
        }),
      ],
    },
  ];
}
