import type { Section } from "../dashboard.ts";
import { bars } from "../panels/bars.ts";
import { figure } from "../panels/figure.ts";
import { table } from "../panels/table.ts";
import { rows } from "../query.ts";
import { rate } from "../sql.ts";
import { units } from "../units.ts";

/** The policy: its versions, exceptions, and what a candidate would have changed. */
export function policySections(): Section[] {
  return [{ title: "Policy", panels: [versions(), thresholds(), exceptions(), swapSet()] }];
}

function versions() {
  return table({
    title: "Policy versions",
    description:
      "When each was in force, who published it, and what it decided. Compare the approval rates of neighbours.",
    unit: units.count,
    width: 12,
    unitsByField: { "approval rate": units.share },
    queries: [
      rows(`
select version.policy_version as version, version.effective_from as "from", version.effective_until as until,
  version.published_by as by, version.note, count(application.application_id) as applications,
  ${rate("application.final_status = 'Approved'", "count(application.application_id)")} as "approval rate"
from marts.dim_policy as version
left join marts.fact_loan_application as application using (policy_version)
group by version.policy_version
order by version.effective_from desc`),
    ],
  });
}

function thresholds() {
  return table({
    title: "What the versions demand",
    description: "Each constant that a clause compares with, newest version first, in the document's order.",
    unit: units.count,
    width: 12,
    queries: [
      rows(`
select threshold.policy_version as version, threshold.stream, threshold.section, threshold.clause,
  concat_ws(' ', threshold.input, threshold.operator, threshold.threshold) as test, threshold.outcome
from marts.dim_policy_threshold as threshold
inner join marts.dim_policy as version using (policy_version)
order by version.effective_from desc, split_part(threshold.threshold_id, '/', 2)::integer
limit 500`),
    ],
  });
}

function exceptions() {
  return figure({
    title: "Exceptions",
    description:
      "Grants on record, those in force now, those that end within a week, and the applications they decided.",
    unit: units.count,
    width: 12,
    height: 8,
    queries: [
      rows(`
select count(*) as "Granted",
  count(*) filter (where now() between effective_from and ends_at) as "In force",
  count(*) filter (where ends_at between now() and now() + interval '7 days') as "End within a week",
  coalesce(sum(decisions), 0)::bigint as "Decisions"
from marts.fact_exception`),
    ],
  });
}

function swapSet() {
  return bars({
    title: "Swap set of the newest backtest",
    description:
      "Approvals that its candidate keeps, loses and wins. Won ones were never lent to: of them no outcome is known.",
    unit: units.count,
    width: 12,
    height: 8,
    by: "approval",
    queries: [
      rows(`
select kind.approval, coalesce(sum(cell.applications), 0)::bigint as applications
from (values ('kept', 1), ('lost', 2), ('won', 3), ('not approved', 4)) as kind (approval, place)
left join quality.backtest_swap_sets as cell on kind.approval = cell.approval
  and cell.backtest_id = (select backtest_id from quality.backtests order by ran_at desc limit 1)
group by kind.approval, kind.place
order by kind.place`),
    ],
  });
}
