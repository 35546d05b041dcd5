import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, type Difference, Findings } from "./check.ts";

/** Each of these is one statement on dw_finance, hence one moment of it: a load or a build that runs is not seen half. */
type Counted = { left: bigint; right: bigint; differences: bigint };
type Named = { at: string; what: string };

async function compare(
  warehouse: Database,
  check: Pick<Check, "compared" | "remedy">,
  { sides, differing }: { sides: string; differing: string },
  examplesMax: number,
): Promise<Check> {
  const [row] = await warehouse.unsafe<(Counted & { examples: Named[] })[]>(
    `with differing as materialized (${differing}),
     sides as materialized (${sides})
     select sides.*, (select count(*) from differing) as differences,
       (select coalesce(json_agg(example), '[]')
        from (select at, what from differing order by at limit $1) as example) as examples
     from sides`,
    [examplesMax],
  );
  const findings = new Findings(examplesMax);
  findings.addCounted((row?.examples ?? []) as Difference[], Number(row?.differences ?? 0));
  return checkOf({ ...check, left: Number(row?.left ?? 0), right: Number(row?.right ?? 0) }, findings);
}

/** Rows in `raw` lie below their loaded offset: anything else came there past the loader. */
export function checkBeyond(warehouse: Database, examplesMax: number): Promise<Check> {
  const rowsOf = (table: string) => `
    select '${table}' as source_table, topic, partition, record_offset from raw.${table}`;
  const tables = ["credit_scores", "data_quality_issues", "fraud_alerts"];
  return compare(
    warehouse,
    {
      compared: "rows in raw beyond what was loaded = none",
      remedy: "The row was written past the loader: delete it, or the next load will stop at it.",
    },
    {
      sides: "select (select count(*) from differing) as left, 0::bigint as right",
      differing: `
        select concat_ws('/', rows.topic, rows.partition, rows.record_offset) as at,
          'row of raw.' || rows.source_table || ' at an offset not loaded' as what
        from (${tables.map(rowsOf).join(" union all ")}) as rows
        left join raw.load_offsets as loaded using (source_table, topic, partition)
        where loaded.loaded_offset is null or rows.record_offset >= loaded.loaded_offset`,
    },
    examplesMax,
  );
}

/** The alerts that are loaded are those of the decisions that are loaded. */
export function checkLoadedAlerts(warehouse: Database, examplesMax: number): Promise<Check> {
  return compare(
    warehouse,
    {
      compared: "raw decisions of suspected fraud = raw.fraud_alerts",
      remedy:
        "Once MongoDB has the right alerts, run `scoreline warehouse --full-refresh`: it looks at every alert again.",
    },
    {
      sides: `select (select count(*) from raw.credit_scores where is_fraud) as left,
        (select count(*) from raw.fraud_alerts) as right`,
      differing: `
        select coalesce(decision.application_id, alert.application_id) as at,
          case
            when alert.application_id is null then 'has no row in raw.fraud_alerts'
            when decision.application_id is null then 'has a row in raw.fraud_alerts and no decision of suspected fraud'
            else 'has an alert with another place'
          end as what
        from (select * from raw.credit_scores where is_fraud) as decision
        full outer join raw.fraud_alerts as alert using (application_id)
        where (decision.topic, decision.partition, decision.record_offset)
          is distinct from (alert.topic, alert.partition, alert.record_offset)`,
    },
    examplesMax,
  );
}

/** Columns that a fact takes over from its raw row. */
const factColumns = [
  ...["user_id", "credit_score", "loan_amount", "risk_level", "policy_status", "approval_status", "reasons"],
  ...["policy_version", "exception_id", "topic", "partition", "record_offset"],
];

/**
 * The facts are the loaded decisions, up to the newest load that the facts have seen; `is_fraud` says that an alert is
 * loaded. Undefined while no fact table is built. A load that no build has followed yet is not a difference.
 */
export async function checkFacts(warehouse: Database, examplesMax: number): Promise<Check | undefined> {
  const [built] = await warehouse<{ built: boolean }[]>`
    select to_regclass('marts.fact_loan_application') is not null as built`;
  if (!built?.built) return undefined;
  const seen = "(select coalesce(max(load_id), 0) from marts.fact_loan_application)";
  const columnsOf = (side: string) => factColumns.map((column) => `${side}.${column}`).join(", ");
  return compare(
    warehouse,
    {
      compared: "raw.credit_scores = marts.fact_loan_application, as built",
      remedy: "Run `scoreline warehouse --full-refresh`: it computes every fact again.",
    },
    {
      sides: `select (select count(*) from raw.credit_scores where load_id <= ${seen}) as left,
        (select count(*) from marts.fact_loan_application) as right`,
      differing: `
        select coalesce(decision.application_id, fact.application_id) as at,
          case
            when fact.application_id is null then 'has no fact'
            when decision.application_id is null then 'has a fact and no row in raw.credit_scores'
            else 'has a fact that differs'
          end as what
        from raw.credit_scores as decision
        full outer join marts.fact_loan_application as fact using (application_id)
        left join raw.fraud_alerts as alert using (application_id)
        where (decision.application_id is null or decision.load_id <= ${seen})
          and ((${columnsOf("decision")}) is distinct from (${columnsOf("fact")})
            or (fact.is_fraud is distinct from (alert.application_id is not null)
              and coalesce(alert.load_id, 0) <= ${seen}))`,
    },
    examplesMax,
  );
}
