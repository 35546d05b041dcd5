import type { CardType } from "@scoreline/contracts";
import { type TransactionEvent, transactionRow } from "@scoreline/policy";
import type { Database } from "@scoreline/stores/postgres";

/** A card transaction as recorded: the sender's label, and whether it was flagged. */
export type Recorded = { event: TransactionEvent; label: boolean | null; flagged: boolean };

/** Puts card transactions where the loader would have. */
export async function insertTransactions(warehouse: Database, recorded: readonly Recorded[]): Promise<void> {
  const rows = recorded.map(({ event, label, flagged }) => {
    const { in_scope: _, ...row } = transactionRow(event);
    return {
      ...row,
      timestamp: new Date(event.transaction.timestamp_ms),
      is_fraud: label,
      flagged,
      fraud_rules: flagged ? ["recorded"] : [],
      features: {},
      policy_version: "consumer-loans@1",
      scored_at: new Date(event.tMs),
      load_id: 1,
    };
  });
  await warehouse.unsafe(
    `insert into raw.processed_transactions
     select * from json_populate_recordset(null::raw.processed_transactions, $1::text::json)`,
    [JSON.stringify(rows)],
  );
}

/** A card transaction with both sides' word on it, and the candidate's rules that held. */
export type Judged = {
  event: TransactionEvent;
  label: boolean | null;
  before: boolean;
  after: boolean;
  rules: string[];
};

function figuresOf(judged: readonly Judged[]) {
  const cents = judged.reduce((sum, { event }) => sum + event.transaction.amount_minor, 0);
  const labelled = (label: boolean | null) => judged.filter((one) => one.label === label).length;
  return {
    transactions: judged.length,
    amount: (cents / 100).toFixed(2),
    fraud: labelled(true),
    legitimate: labelled(false),
    unlabelled: labelled(null),
  };
}

function accuracyOf(judged: readonly Judged[], flagged: (one: Judged) => boolean) {
  const count = (label: boolean, flag: boolean) =>
    judged.filter((one) => one.label === label && flagged(one) === flag).length;
  const [hits, misses, falseAlarms] = [count(true, true), count(true, false), count(false, true)];
  return {
    true_positives: hits,
    false_positives: falseAlarms,
    false_negatives: misses,
    true_negatives: count(false, false),
    precision: hits + falseAlarms === 0 ? null : hits / (hits + falseAlarms),
    recall: hits + misses === 0 ? null : hits / (hits + misses),
  };
}

/** How flags change, once more, from the transactions themselves. */
export function changesOf(judged: readonly Judged[]) {
  return {
    ...figuresOf(judged),
    flags: {
      before: figuresOf(judged.filter(({ before }) => before)),
      after: figuresOf(judged.filter(({ after }) => after)),
      kept: figuresOf(judged.filter(({ before, after }) => before && after)),
      lost: figuresOf(judged.filter(({ before, after }) => before && !after)),
      gained: figuresOf(judged.filter(({ before, after }) => !before && after)),
    },
    accuracy: {
      before: accuracyOf(judged, ({ before }) => before),
      after: accuracyOf(judged, ({ after }) => after),
    },
  };
}

/** The section of a report, once more. `rules` are the candidate's. */
export function sectionOf(judged: readonly Judged[], rules: readonly string[]) {
  const times = judged.map(({ event }) => event.tMs);
  const months = [...new Set(times.map(monthOf))].sort();
  const cards = (["VISA", "MASTERCARD", "AMEX"] as const).filter((card) => judged.some((one) => cardOf(one) === card));
  return {
    first: new Date(Math.min(...times)).toISOString(),
    last: new Date(Math.max(...times)).toISOString(),
    ...changesOf(judged),
    by_rule: rules.map((rule) => ruleOf(judged, rule)),
    by_card_type: cards.map((card) => ({
      card_type: card,
      ...changesOf(judged.filter((one) => cardOf(one) === card)),
    })),
    by_month: months.map((month) => ({
      month,
      ...changesOf(judged.filter(({ event }) => monthOf(event.tMs) === month)),
    })),
  };
}

function ruleOf(judged: readonly Judged[], rule: string) {
  const held = judged.filter(({ rules }) => rules.includes(rule));
  const alone = held.filter(({ rules }) => rules.length === 1);
  return {
    rule,
    ...figuresOf(held),
    precision: accuracyOf(held, () => true).precision,
    alone: alone.length,
    alone_fraud: alone.filter(({ label }) => label).length,
  };
}

const monthOf = (tMs: number) => new Date(tMs).toISOString().slice(0, 7);
const cardOf = ({ event }: Judged): CardType => event.transaction.card_type;
