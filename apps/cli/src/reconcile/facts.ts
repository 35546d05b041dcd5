import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, type Difference, Findings } from "./check.ts";
import { hasTable } from "./warehouse.ts";

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

/** There once the loader takes card transactions too; alerts in `raw` then have `alert_id`. */
const loadedTransactions = "raw.processed_transactions";

/** Rows in `raw` lie below their loaded offset: anything else came there past the loader. */
export async function checkBeyond(warehouse: Database, examplesMax: number): Promise<Check> {
  const rowsOf = (table: string) => `
    select '${table}' as source_table, topic, partition, record_offset from raw.${table}`;
  const tables = ["credit_scores", "data_quality_issues", "fraud_alerts"];
  if (await hasTable(warehouse, loadedTransactions)) tables.push("processed_transactions");
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

/** The alerts that are loaded are those of the rows that are loaded. */
export async function checkLoadedAlerts(warehouse: Database, examplesMax: number): Promise<Check> {
  const hasTransactions = await hasTable(warehouse, loadedTransactions);
  const alertId = hasTransactions ? "alert_id" : "application_id";
  const suspected = [
    `select application_id as ${alertId}, topic, partition, record_offset from raw.credit_scores where is_fraud`,
    ...(hasTransactions
      ? [
          `select 'transaction/' || transaction_id::text, topic, partition, record_offset
           from ${loadedTransactions} where flagged`,
        ]
      : []),
  ].join(" union all ");
  return compare(
    warehouse,
    {
      compared: "raw rows of suspected fraud = raw.fraud_alerts",
      remedy:
        "Once MongoDB has the right alerts, run `scoreline warehouse --full-refresh`: it looks at every alert again.",
    },
    {
      sides: `select (select count(*) from (${suspected}) as suspected) as left,
        (select count(*) from raw.fraud_alerts) as right`,
      differing: `
        select ${alertId} as at,
          case
            when alert.topic is null then 'has no row in raw.fraud_alerts'
            when scored.topic is null then 'has a row in raw.fraud_alerts and no row of suspected fraud'
            else 'has an alert with another place'
          end as what
        from (${suspected}) as scored
        full outer join raw.fraud_alerts as alert using (${alertId})
        where (scored.topic, scored.partition, scored.record_offset)
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
  if (!(await hasTable(warehouse, "marts.fact_loan_application"))) return undefined;
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

/** Columns that a transaction's fact may take over from its raw row. */
const transactionColumns = [
  ...["user_id", "amount", "credit_score", "location", "merchant", "card_type", "device_id", "flagged"],
  ...["policy_version", "topic", "partition", "record_offset"],
];

/** The facts on card transactions, as `checkFacts` compares those on applications. Undefined while none are built. */
export async function checkTransactionFacts(warehouse: Database, examplesMax: number): Promise<Check | undefined> {
  const fact = "marts.fact_transaction";
  if (!(await hasTable(warehouse, fact))) return undefined;
  const columns = await sharedColumns(warehouse, fact);
  const seen = `(select coalesce(max(load_id), 0) from ${fact})`;
  const columnsOf = (side: string) => columns.map((column) => `${side}.${column}`).join(", ");
  return compare(
    warehouse,
    {
      compared: `${loadedTransactions} = ${fact}, as built`,
      remedy: "Run `scoreline warehouse --full-refresh`: it computes every fact again.",
    },
    {
      sides: `select (select count(*) from ${loadedTransactions} where load_id <= ${seen}) as left,
        (select count(*) from ${fact}) as right`,
      differing: `
        select coalesce(processed.transaction_id::text, fact.transaction_id::text) as at,
          case
            when fact.transaction_id is null then 'has no fact'
            when processed.transaction_id is null then 'has a fact and no row in ${loadedTransactions}'
            else 'has a fact that differs'
          end as what
        from ${loadedTransactions} as processed
        full outer join ${fact} as fact on fact.transaction_id::text = processed.transaction_id::text
        where (processed.transaction_id is null or processed.load_id <= ${seen})
          and (${columnsOf("processed")}) is distinct from (${columnsOf("fact")})`,
    },
    examplesMax,
  );
}

async function sharedColumns(warehouse: Database, fact: string): Promise<string[]> {
  const rows = await warehouse<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = ${fact}::text::regclass and attnum > 0 and attname::text = any(${transactionColumns})`;
  return rows.map(({ name }) => name);
}
