import { deadLetterHeaders, topics } from "@scoreline/contracts";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { chunkOf } from "@scoreline/stores/mongo";
import { describe, expect, test } from "vitest";
import { cardTransaction, uuidOf } from "../cardTransactions.ts";
import { historyDifferences } from "./check.ts";
import type { FailedRow, History, IssueRow, ScoreRow, TransactionRow } from "./history.ts";
import { undisturbedDifferences } from "./undisturbed.ts";

const applied = topics.creditApplications.name;
const topic = applied;
const letterHeaders = { key: null, timestampMs: 0, topic: topics.deadLetters.name, partition: 0, offset: 0n };

function record(offset: number, value: string, more: Partial<ConsumedRecord> = {}): ConsumedRecord {
  const bytes = Buffer.from(value);
  return {
    topic,
    partition: 0,
    offset: BigInt(offset),
    timestampMs: 5_000,
    key: null,
    value: bytes,
    headers: [],
    ...more,
  };
}

const wire = (id: string) =>
  JSON.stringify({ application_id: id, user_id: "u", credit_score: 400, loan_amount: 20_000, timestamp: 1 });

function row(partition: number, offset: number, id: string): ScoreRow {
  return {
    topic,
    partition,
    record_offset: offset,
    t_ms: 5_000,
    application_id: id,
    user_id: "u",
    credit_score: 400,
    loan_amount: 20_000,
    device_id: null,
    is_fraud: true,
    fraud_rules: ["risky"],
    fraud_reason: "Risky",
    risk_level: "High",
    approval_status: "Rejected",
    reasons: ["SUSPECTED_FRAUD"],
    policy_version: "p@1",
  };
}

const cards = topics.transactions.name;
const purchase = (number: number) =>
  JSON.stringify(cardTransaction(number, { amount: 19.99, is_fraud: false, timestamp: 1 }));

function transactionRow(offset: number, number: number): TransactionRow {
  const { timestamp: _, ...event } = cardTransaction(number, { amount: 19.99, is_fraud: false, risk_level: null });
  return {
    ...event,
    ...{ topic: cards, partition: 0, record_offset: offset, t_ms: 5_000, timestamp: "1970-01-01T00:00:01+00:00" },
    ...{ flagged: true, fraud_rules: ["risky"], fraud_reason: "Risky", features: {}, policy_version: "p@1" },
  };
}

/** The documents of a row of `transactionRow`. */
function documentsOf(offset: number, number: number): Pick<History, "alerts" | "raw"> {
  const place = { topic: cards, partition: 0, offset, chunk: chunkOf(cards, 0, 0n) };
  const { transaction_id, location, merchant, user_id, credit_score, card_type, device_id } = cardTransaction(number);
  const shared = { user_id, credit_score, amount: 19.99, location, merchant };
  const found = { reason: "Risky", rules: ["risky"], policy_version: "p@1", status: "open" as const };
  const times = { timestamp: new Date(1_000), received_at: new Date(5_000) };
  return {
    alerts: [
      {
        ...{ _id: `transaction/${transaction_id}`, kind: "transaction", transaction_id },
        ...{ ...shared, ...found, alerted_at: new Date(5_000), ...place },
      },
    ],
    raw: [
      { _id: transaction_id, ...shared, card_type, device_id, risk_level: null, is_fraud: false, ...times, ...place },
    ],
  };
}

function issue(partition: number, offset: number, check: string, id: string, topic: string = applied): IssueRow {
  const place = { topic, partition, record_offset: offset, t_ms: 5_000 };
  return {
    ...place,
    issue_number: 0,
    check_type: check,
    failed_record_id: id,
    field: "",
    reason: "r",
    stage: "scorer",
  };
}

/**
 * Offset 0 is scored, 1 repeats it, 2 is no JSON; the same id is on partition 1, and lost. Of card transactions, offset 0 is
 * flagged and 1 repeats it.
 */
function good(): History {
  const bad: FailedRow = {
    topic,
    partition: 0,
    record_offset: 2,
    t_ms: 5_000,
    record_key: null,
    record_value: `\\x${Buffer.from("{").toString("hex")}`,
  };
  const scored = row(0, 0, "a");
  const headers = {
    [deadLetterHeaders.id]: `${topic}/0/2`,
    [deadLetterHeaders.stage]: "scorer",
    [deadLetterHeaders.failures]: JSON.stringify([{ pointer: "", check: "invalid_json", detail: "r" }]),
    [deadLetterHeaders.sourceTopic]: topic,
    [deadLetterHeaders.sourcePartition]: "0",
    [deadLetterHeaders.sourceOffset]: "2",
    [deadLetterHeaders.firstFailedAt]: new Date(5_000).toISOString(),
  };
  const event = {
    decision_id: `${topic}/0/0`,
    application_id: "a",
    user_id: "u",
    approval_status: "Rejected",
    risk_level: "High",
    is_fraud: true,
    reasons: ["SUSPECTED_FRAUD"],
    policy_version: "p@1",
    received_at: new Date(5_000).toISOString(),
  };
  return {
    records: [
      record(0, wire("a")),
      record(1, wire("a")),
      record(2, "{"),
      record(0, wire("a"), { partition: 1 }),
      record(0, purchase(0), { topic: cards }),
      record(1, purchase(0), { topic: cards }),
    ],
    progress: [
      { topic, partition: 0, next: 3, projected: 3, high: 3 },
      { topic, partition: 1, next: 1, projected: 1, high: 1 },
      { topic: cards, partition: 0, next: 2, projected: 2, high: 2 },
    ],
    rows: [scored],
    transactions: [transactionRow(0, 0)],
    raw: documentsOf(0, 0).raw,
    issues: [
      issue(0, 1, "duplicate_application_id", "a"),
      issue(0, 2, "invalid_json", `${topic}/0/2`),
      issue(1, 0, "duplicate_application_id", "a"),
      issue(0, 1, "duplicate_transaction_id", uuidOf(0), cards),
    ],
    failed: [bad],
    alerts: [
      ...documentsOf(0, 0).alerts,
      {
        _id: "a",
        kind: "application",
        application_id: "a",
        user_id: "u",
        credit_score: 400,
        loan_amount: 20_000,
        reason: "Risky",
        rules: ["risky"],
        policy_version: "p@1",
        alerted_at: new Date(5_000),
        status: "open",
        topic,
        partition: 0,
        offset: 0,
        chunk: chunkOf(topic, 0, 0n),
      },
    ],
    decisions: [record(0, JSON.stringify(event), { topic: topics.creditDecisions.name, key: Buffer.from("a") })],
    letters: [
      {
        ...letterHeaders,
        value: Buffer.from("{"),
        headers: Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]),
      },
    ],
  };
}

test("a history in which everything is accounted for has no differences, in itself and beside its like", () => {
  expect(historyDifferences(good())).toEqual([]);
  expect(undisturbedDifferences(good(), good())).toEqual([]);
});

test("either of two records on two partitions may have an id", () => {
  const history = good();
  history.rows = [row(1, 0, "a")];
  history.issues = [
    issue(0, 0, "duplicate_application_id", "a"),
    ...history.issues.filter(({ partition }) => partition === 0),
  ];
  const { alerts } = documentsOf(0, 0);
  const place = historyDifferences({ ...history, alerts, decisions: [] });
  expect(place).toEqual(["alert a is missing", `decision ${topic}/1/0 is missing`]);
  expect(undisturbedDifferences(history, good())).toEqual([]);
});

const slips: [what: string, slip: (history: History) => void, told: RegExp][] = [
  ["an offset that was skipped", ({ progress }) => Object.assign(progress[0] ?? {}, { next: 2 }), /decided up to 2/],
  ["one not projected", ({ progress }) => Object.assign(progress[0] ?? {}, { projected: 2 }), /projected up to 2/],
  ["a lost record", (history) => history.issues.splice(0, 1), /neither scored nor one duplicate: nothing/],
  ["a lost application", (history) => history.rows.splice(0, 1), /neither scored nor one duplicate: nothing/],
  [
    "a record counted twice",
    ({ issues }) => issues.push(issue(0, 0, "duplicate_application_id", "a")),
    /is scored and has/,
  ],
  ["a repeat that was scored", ({ rows }) => rows.push(row(0, 1, "a")), /not the first of a on its partition/],
  ["a bad record that was scored", ({ rows }) => rows.push(row(0, 2, "b")), /is bad and was scored/],
  ["a row of nothing", ({ rows }) => rows.push(row(0, 9, "b")), /in the store and not on the topic/],
  ["a wrong time", ({ rows }) => Object.assign(rows[0] ?? {}, { t_ms: 1 }), /was recorded at 1/],
  ["a wrong amount", ({ rows }) => Object.assign(rows[0] ?? {}, { loan_amount: 1 }), /recorded as/],
  [
    "another check",
    ({ issues }) => Object.assign(issues[1] ?? {}, { check_type: "empty_record" }),
    /fails .*invalid_json/,
  ],
  ["lost bytes", (history) => history.failed.splice(0, 1), /its bytes are not kept/],
  ["other bytes", ({ failed }) => Object.assign(failed[0] ?? {}, { record_value: "\\x00" }), /byte for byte/],
  ["a lost alert", (history) => history.alerts.splice(1, 1), /alert a is missing/],
  [
    "an alert of nothing",
    (history) => history.rows.splice(0, 1, { ...row(0, 0, "a"), is_fraud: false }),
    /alert a has no row/,
  ],
  ["another alert", ({ alerts }) => Object.assign(alerts[1] ?? {}, { offset: 1 }), /alert a is .* its row says/],
  [
    "a lost transaction",
    (history) => history.transactions.splice(0, 1),
    /transactions\/0\/0 is neither scored nor one duplicate: nothing/,
  ],
  [
    "a transaction of another amount",
    ({ transactions }) => Object.assign(transactions[0] ?? {}, { amount: 1 }),
    /0\/0 is .* recorded as/,
  ],
  [
    "a repeat of a transaction that is taken for an application's",
    ({ issues }) => Object.assign(issues[3] ?? {}, { check_type: "duplicate_application_id" }),
    /transactions\/0\/1 is neither scored nor one duplicate: duplicate_app/,
  ],
  ["a transaction's lost alert", (history) => history.alerts.splice(0, 1), /alert transaction\/.*0 is missing/],
  ["a lost raw transaction", (history) => history.raw.splice(0, 1), /raw transaction .*0 is missing/],
  [
    "another raw transaction",
    ({ raw }) => Object.assign(raw[0] ?? {}, { merchant: "X" }),
    /raw transaction .* its row/,
  ],
  ["a lost decision", (history) => history.decisions.splice(0, 1), /decision .* is missing/],
  ["a decision of nothing", (history) => history.rows.splice(0, 1), /decision .* has no row/],
  ["a lost dead letter", (history) => history.letters.splice(0, 1), /dead letter .* is missing/],
  [
    "another dead letter",
    ({ letters }) => Object.assign(letters[0] ?? {}, { value: Buffer.from("}") }),
    /dead letter .* is /,
  ],
];

describe("what is wrong is told", () => {
  test.each(slips)("%s", (_, slip, told) => {
    const history = good();
    slip(history);
    expect(historyDifferences(history).join("\n")).toMatch(told);
  });

  test("two forms of one decision", () => {
    const history = good();
    const [sent] = history.decisions;
    const other = JSON.stringify({ ...JSON.parse(String(sent?.value)), approval_status: "Approved" });
    history.decisions.push(record(1, other, { key: Buffer.from("a") }));
    expect(historyDifferences(history).join("\n")).toMatch(/was sent in two forms/);
  });

  test("a column that an undisturbed run leaves otherwise", () => {
    const [history, calm] = [good(), good()];
    for (const one of [history, calm]) {
      one.records.splice(3, 1);
      one.issues.splice(2, 1);
    }
    Object.assign(history.rows[0] ?? {}, { features: { applications_1h: 2 } });
    expect(undisturbedDifferences(history, calm).join("\n")).toMatch(/row of .*applications_1h.* undisturbed/);
  });
});
