import type { CardType } from "@scoreline/contracts";
import { compileTransactionSql, type FraudRules } from "@scoreline/policy";
import type { Client } from "pg";
import type { Comparison } from "../compute.ts";
import { minorUnitsOf } from "../money.ts";
import { isoOf, type Period } from "../period.ts";
import { windowMsMaxOf } from "../policies.ts";
import { make, seenSql } from "../snapshot.ts";
import { type FlagCell, type RuleFigures, shareOf } from "./flags.ts";

/** What both sides find in a period's card transactions. */
export type ComputedTransactions = {
  /** The times of the period's first and last one, epoch milliseconds. */
  firstMs: number;
  lastMs: number;
  cells: FlagCell[];
  /** Every rule of the candidate, in its order. */
  rules: RuleFigures[];
};

const noRules: FraudRules = { inputs: [], features: [], fraud: [] };

/**
 * Judges a period's card transactions as `computeBacktest` decides applications. Gives undefined where the period has none,
 * which is told where other periods have some, and where no side flags any by a rule. Throws Postgres' errors.
 */
export async function computeTransactions(
  warehouse: Client,
  { candidate, against, period }: Comparison,
  onNotice: (notice: string) => void,
): Promise<ComputedTransactions | undefined> {
  const after = candidate.policy.transactions;
  const before = against?.policy.transactions;
  if (after.fraud.length === 0 && before?.fraud.length === 0) return undefined;
  await make(warehouse, "transaction_events", eventsSql(period, windowMsMaxOf([after, before ?? noRules])));
  const times = await readTimes(warehouse);
  if (!times) {
    await tellWhere(warehouse, onNotice);
    return undefined;
  }
  await make(warehouse, "transactions_after", judgedSql(after));
  await make(warehouse, "transactions_before", before ? judgedSql(before) : recordedSql);
  const cells = await readCells(warehouse);
  if (after.fraud.length === 0 && !cells.some(({ flaggedBefore }) => flaggedBefore)) return undefined;
  return { ...times, cells, rules: await readRules(warehouse, after) };
}

/** The events of the period, in scope, and those before it that its windows see, each with what was recorded of it. */
function eventsSql(period: Period, windowMsMax: number): string {
  const { inScope, where } = seenSql(period, windowMsMax);
  return `select transaction_id, user_id, topic, partition, record_offset, t_ms, amount, credit_score::integer, merchant,
      location, card_type, device_id, ${inScope} as in_scope, is_fraud, flagged
    from raw.processed_transactions where ${where}`;
}

function judgedSql(rules: FraudRules): string {
  return `select transaction_id, flagged, fraud_rules
    from (${compileTransactionSql(rules, "transaction_events")}) as judged`;
}

const recordedSql = "select transaction_id, flagged from transaction_events where in_scope";

async function readTimes(warehouse: Client): Promise<{ firstMs: number; lastMs: number } | undefined> {
  const { rows } = await warehouse.query<{ firstMs: number | null; lastMs: number | null }>(
    `select min(t_ms)::float8 as "firstMs", max(t_ms)::float8 as "lastMs" from transaction_events where in_scope`,
  );
  const { firstMs = null, lastMs = null } = rows[0] ?? {};
  return firstMs === null || lastMs === null ? undefined : { firstMs, lastMs };
}

async function tellWhere(warehouse: Client, onNotice: (notice: string) => void): Promise<void> {
  const { rows } = await warehouse.query<{ firstMs: number | null; lastMs: number | null }>(
    `select min(t_ms)::float8 as "firstMs", max(t_ms)::float8 as "lastMs" from raw.processed_transactions`,
  );
  const [first, last] = [isoOf(rows[0]?.firstMs), isoOf(rows[0]?.lastMs)];
  if (first) onNotice(`no card transaction lies in the period; the warehouse holds those from ${first} to ${last}`);
}

type CellRow = {
  month: string;
  card_type: CardType;
  is_fraud: boolean | null;
  flagged_before: boolean;
  flagged_after: boolean;
  transactions: number;
  amount: string;
};

async function readCells(warehouse: Client): Promise<FlagCell[]> {
  const { rows } = await warehouse.query<CellRow>(
    `with compared as (
       select
         to_char((timestamptz 'epoch' + event.t_ms * interval '1 millisecond') at time zone 'UTC', 'YYYY-MM') as month,
         event.card_type,
         event.is_fraud,
         before.flagged as flagged_before,
         after.flagged as flagged_after,
         event.amount
       from transaction_events as event
       inner join transactions_before as before on event.transaction_id = before.transaction_id
       inner join transactions_after as after on event.transaction_id = after.transaction_id
       where event.in_scope
     )
     select
       month, card_type, is_fraud, flagged_before, flagged_after,
       count(*)::integer as transactions,
       sum(amount) as amount
     from compared
     group by month, card_type, is_fraud, flagged_before, flagged_after
     order by month, card_type, is_fraud, flagged_before, flagged_after`,
  );
  return rows.map((row) => ({
    month: row.month,
    cardType: row.card_type,
    isFraud: row.is_fraud,
    flaggedBefore: row.flagged_before,
    flaggedAfter: row.flagged_after,
    transactions: row.transactions,
    amount: minorUnitsOf(row.amount),
  }));
}

type RuleRow = Omit<RuleFigures, "unlabelled" | "precision">;

/** A rule that flags nothing has its row too. */
async function readRules(warehouse: Client, { fraud }: FraudRules): Promise<RuleFigures[]> {
  const { rows } = await warehouse.query<RuleRow>(
    `select
       rule,
       count(event.transaction_id)::integer as transactions,
       coalesce(sum(event.amount), 0.00) as amount,
       (count(*) filter (where event.is_fraud))::integer as fraud,
       (count(*) filter (where not event.is_fraud))::integer as legitimate,
       (count(*) filter (where cardinality(after.fraud_rules) = 1))::integer as alone,
       (count(*) filter (where cardinality(after.fraud_rules) = 1 and event.is_fraud))::integer as alone_fraud
     from unnest($1::text[]) with ordinality as rules (rule, number)
     left join (transactions_after as after cross join unnest(after.fraud_rules) as held) on rule = held
     left join transaction_events as event on after.transaction_id = event.transaction_id
     group by rule, number
     order by number`,
    [fraud.map(({ id }) => id)],
  );
  return rows.map((row) => ({
    ...row,
    unlabelled: row.transactions - row.fraud - row.legitimate,
    precision: shareOf(row.fraud, row.fraud + row.legitimate),
  }));
}
