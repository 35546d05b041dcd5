import { isDeepStrictEqual } from "node:util";
import { deadLetterHeaders } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { chunkOf } from "@scoreline/stores/mongo";
import {
  type FailedRow,
  type History,
  type IssueRow,
  issuesByPlace,
  rowPlace,
  type ScoreRow,
  type TransactionRow,
} from "./history.ts";

/** What is wrong with all that is projected, given the committed rows that it is made from. */
export function projectionDifferences(history: History): string[] {
  const { rows, transactions, raw, issues, failed, alerts, decisions, letters } = history;
  const issuesAt = issuesByPlace(issues);
  return [
    ...compare(
      "alert",
      [
        ...rows.filter((row) => row.is_fraud).map((row): Named => [row.application_id, alertOf(row)]),
        ...transactions
          .filter((row) => row.flagged)
          .map((row): Named => [`transaction/${row.transaction_id}`, transactionAlertOf(row)]),
      ],
      alerts.map((alert) => [alert._id, alert]),
    ),
    ...compare(
      "raw transaction",
      transactions.map((row) => [row.transaction_id, rawOf(row)]),
      raw.map((document) => [document._id, document]),
    ),
    ...compare(
      "decision",
      rows.map((row) => [rowPlace(row), decisionOf(row)]),
      decisions.map(eventOf),
    ),
    ...compare(
      "dead letter",
      failed.map((row) => [rowPlace(row), letterOf(row, issuesAt.get(rowPlace(row)) ?? [])]),
      letters.map(readLetter),
    ),
  ];
}

/** What was projected, once by its place: kind, place and content. */
export function projected({
  alerts,
  raw,
  decisions,
  letters,
}: History): [what: string, place: string, content: unknown][] {
  const placed = (what: string, documents: readonly Document[]) =>
    documents.map((document): [string, string, unknown] => [
      what,
      `${document.topic}/${document.partition}/${document.offset}`,
      document,
    ]);
  return [
    ...placed("alert", alerts),
    ...placed("raw transaction", raw),
    ...decisions.map(eventOf).map(([place, content]): [string, string, unknown] => ["decision", place, content]),
    ...letters.map(readLetter).map(([place, content]): [string, string, unknown] => ["dead letter", place, content]),
  ];
}

type Named = [id: string, content: unknown];
type Document = { topic: string; partition: number; offset: number };

/** At least once is once by the id: repeats must say the same. */
function compare(what: string, expected: Named[], found: Named[]): string[] {
  const open = new Map(expected);
  const seen = new Map<string, unknown>();
  const differences: string[] = [];
  for (const [id, content] of found) {
    const wanted = open.get(id);
    if (seen.has(id) && !isDeepStrictEqual(seen.get(id), content))
      differences.push(`${what} ${id} was sent in two forms`);
    else if (wanted === undefined) differences.push(`${what} ${id} has no row`);
    else if (!isDeepStrictEqual(wanted, content))
      differences.push(`${what} ${id} is ${JSON.stringify(content)}, its row says ${JSON.stringify(wanted)}`);
    seen.set(id, content);
  }
  for (const id of open.keys()) if (!seen.has(id)) differences.push(`${what} ${id} is missing`);
  return differences;
}

function alertOf(row: ScoreRow) {
  return {
    _id: row.application_id,
    kind: "application",
    application_id: row.application_id,
    loan_amount: row.loan_amount,
    ...suspicionOf(row),
    ...documentPlace(row),
  };
}

function transactionAlertOf(row: TransactionRow) {
  return {
    _id: `transaction/${row.transaction_id}`,
    kind: "transaction",
    transaction_id: row.transaction_id,
    amount: row.amount,
    location: row.location,
    merchant: row.merchant,
    ...suspicionOf(row),
    ...documentPlace(row),
  };
}

function suspicionOf(row: ScoreRow | TransactionRow) {
  return {
    user_id: row.user_id,
    credit_score: row.credit_score,
    reason: row.fraud_reason,
    rules: row.fraud_rules,
    policy_version: row.policy_version,
    alerted_at: new Date(row.t_ms),
    status: "open",
  };
}

function rawOf(row: TransactionRow) {
  const { user_id, amount, location, merchant, card_type, device_id, credit_score, risk_level, is_fraud } = row;
  return {
    _id: row.transaction_id,
    ...{ user_id, amount, location, merchant, card_type, device_id, credit_score, risk_level, is_fraud },
    timestamp: new Date(row.timestamp),
    received_at: new Date(row.t_ms),
    ...documentPlace(row),
  };
}

function documentPlace({ topic, partition, record_offset }: ScoreRow | TransactionRow) {
  const chunk = chunkOf(topic, partition, BigInt(record_offset));
  return { topic, partition, offset: record_offset, chunk };
}

function decisionOf(row: ScoreRow) {
  return {
    key: row.application_id,
    event: {
      decision_id: rowPlace(row),
      application_id: row.application_id,
      user_id: row.user_id,
      approval_status: row.approval_status,
      risk_level: row.risk_level,
      is_fraud: row.is_fraud,
      reasons: row.reasons,
      policy_version: row.policy_version,
      received_at: new Date(row.t_ms).toISOString(),
    },
  };
}

function eventOf({ key, value }: ConsumedRecord): Named {
  const event = JSON.parse(String(value)) as { decision_id: string };
  return [event.decision_id, { key: String(key), event }];
}

function letterOf({ topic, partition, record_offset, t_ms, record_key, record_value }: FailedRow, issues: IssueRow[]) {
  return {
    // The producer has one form for no key and for no bytes.
    key: record_key ?? "",
    value: record_value ?? "\\x",
    headers: {
      [deadLetterHeaders.stage]: "scorer",
      [deadLetterHeaders.failures]: issues.map(({ field, check_type, reason }) => ({
        pointer: field,
        check: check_type,
        detail: reason,
      })),
      [deadLetterHeaders.sourceTopic]: topic,
      [deadLetterHeaders.sourcePartition]: String(partition),
      [deadLetterHeaders.sourceOffset]: String(record_offset),
      [deadLetterHeaders.firstFailedAt]: new Date(t_ms).toISOString(),
    },
  };
}

/** Further headers than these may come; these must be as they are. */
function readLetter({ key, value, headers }: ConsumedRecord): Named {
  const said = Object.fromEntries(headers.map(([name, content]) => [name, content.toString()]));
  const names = ["stage", "failures", "sourceTopic", "sourcePartition", "sourceOffset", "firstFailedAt"] as const;
  const read = names.map((name) => {
    const header = deadLetterHeaders[name];
    return [header, name === "failures" ? JSON.parse(said[header] ?? "null") : said[header]];
  });
  const content = {
    key: key === null ? "" : `\\x${key.toString("hex")}`,
    value: `\\x${value?.toString("hex") ?? ""}`,
    headers: Object.fromEntries(read),
  };
  return [said[deadLetterHeaders.id] ?? "none", content];
}
