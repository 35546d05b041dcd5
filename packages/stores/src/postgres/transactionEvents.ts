import type { CardType, RiskLevel } from "@scoreline/contracts";
import type { CommittedTransaction } from "./committed.ts";
import type { Database } from "./connect.ts";
import type { CopyWriter } from "./copyWriter.ts";
import type { EventTable, Range } from "./eventTable.ts";
import type { ScoredTransaction } from "./settlement.ts";
import { copyInto, faultyCopies, inLockOrder, type Place, placed } from "./settlementRows.ts";
import { transactionWindows } from "./windowRows.ts";

/** Card transactions and what was found in them: the table `processed_transactions`. */
export const transactionEvents: EventTable<ScoredTransaction, CommittedTransaction> = {
  copies: (place, { scored, faulty }) => [
    ...copyInto(
      "processed_transactions",
      columns,
      inLockOrder(scored, ({ transaction }) => transaction.transaction_id),
      (row, out) => transactionRow(place, row, out),
    ),
    ...faultyCopies(place, faulty),
  ],
  recordedIds: async (sql, ids) => {
    if (ids.length === 0) return new Set();
    const rows = await sql<{ transaction_id: string }[]>`
      select transaction_id from processed_transactions where transaction_id = any(${ids}::text[]::uuid[])`;
    return new Set(rows.map((row) => row.transaction_id));
  },
  readScored,
  windows: transactionWindows,
};

const columns = `topic, partition, record_offset, t_ms, transaction_id, user_id, amount, "timestamp", location, merchant,
  card_type, device_id, credit_score, risk_level, is_fraud, flagged, fraud_rules, fraud_reason, features, policy_version`;

function transactionRow(place: Place, { offset, tMs, transaction, finding }: ScoredTransaction, out: CopyWriter): void {
  placed(place, offset, tMs, out)
    .raw(transaction.transaction_id)
    .text(transaction.user_id)
    .minorUnits(transaction.amount_minor)
    .time(transaction.timestamp_ms)
    .text(transaction.location)
    .text(transaction.merchant)
    .raw(transaction.card_type)
    .text(transaction.device_id)
    .integer(transaction.credit_score)
    .text(transaction.risk_level)
    .flag(transaction.is_fraud)
    .flag(finding.flagged)
    .array(finding.fraudRules)
    .text(finding.fraudReason)
    .json(finding.features)
    .text(finding.policyVersion)
    .endRow();
}

/** A row of `processed_transactions`. */
export type TransactionRow = {
  topic: string;
  partition: number;
  record_offset: bigint;
  t_ms: bigint;
  transaction_id: string;
  user_id: string;
  amount_minor: bigint;
  timestamp: Date;
  location: string;
  merchant: string;
  card_type: CardType;
  device_id: string;
  credit_score: number;
  risk_level: RiskLevel | null;
  is_fraud: boolean | null;
  flagged: boolean;
  fraud_rules: string[];
  fraud_reason: string | null;
  features: Record<string, number>;
  policy_version: string;
};

async function readScored(
  sql: Database,
  { topic, partition }: Place,
  { from, to }: Range,
): Promise<CommittedTransaction[]> {
  const rows = await sql<TransactionRow[]>`
    select *, (amount * 100)::bigint as amount_minor
    from processed_transactions
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
    order by record_offset`;
  return rows.map(scoredOf);
}

/** A transaction as it was scored, from its row. */
export function scoredOf(row: TransactionRow): ScoredTransaction {
  return {
    offset: row.record_offset,
    tMs: Number(row.t_ms),
    transaction: {
      transaction_id: row.transaction_id,
      user_id: row.user_id,
      amount_minor: Number(row.amount_minor),
      timestamp_ms: row.timestamp.getTime(),
      location: row.location,
      merchant: row.merchant,
      card_type: row.card_type,
      device_id: row.device_id,
      credit_score: row.credit_score,
      ...(row.risk_level !== null && { risk_level: row.risk_level }),
      ...(row.is_fraud !== null && { is_fraud: row.is_fraud }),
    },
    finding: {
      flagged: row.flagged,
      fraudRules: row.fraud_rules,
      fraudReason: row.fraud_reason ?? undefined,
      features: row.features,
      policyVersion: row.policy_version,
    },
  };
}
