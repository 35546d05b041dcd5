import { topics, Utf8Writer } from "@scoreline/contracts";
import { type BatchProducer, carrying, publishing, type RecordToSend } from "@scoreline/kafka";
import {
  type ApplicationAlert,
  chunkOf,
  type FraudAlert,
  insertAlerts,
  type TransactionAlert,
} from "@scoreline/stores/mongo";
import type { Committed, CommittedScore, CommittedTransaction, FaultyRecord } from "@scoreline/stores/postgres";
import { noTracing, type Tracing } from "@scoreline/telemetry";
import type { Db } from "mongodb";
import { deadLetterOf } from "./deadLetters.ts";
import { coordinatesOf } from "./read.ts";
import { Rounds } from "./rounds.ts";
import { mongodb, type SinkSpans, sinkSpans, type Traced, withinSpans } from "./traces.ts";

type Place = { topic: string; partition: number };

/** Committed rows to be projected, and the traces of those that have one. */
export type Projected<Scored> = Committed<Scored> & { traced?: Traced };

/** Where committed rows are projected to: alerts to MongoDB, decisions and dead letters to Kafka. */
export type Projector<Scored> = (place: Place, committed: Projected<Scored>) => Promise<void>;

export type ProjectionsObserver = {
  /** The broker has acknowledged so many dead letters. */
  deadLettered(count: number): void;
};

/** The projections of each topic's rows, over sinks that they share. */
export type Projectors = { applications: Projector<CommittedScore>; transactions: Projector<CommittedTransaction> };

const decisionBytesGuess = 384;

export type ProjectorsDeps = { producer: BatchProducer; db: Db; observer?: ProjectionsObserver; tracing?: Tracing };

/**
 * Projectors of committed rows, which resolve once every sink has acknowledged. A repeat gives the same alert `_id`,
 * decision id and dead letter id, so delivery at least once has the effect of once.
 */
export function createProjectors({ producer, db, observer, tracing = noTracing }: ProjectorsDeps): Projectors {
  const alerting = new Rounds((alerts: readonly FraudAlert[]) => insertAlerts(db, alerts));
  const sending = new Rounds((records: readonly RecordToSend[]) => producer.sendAll(records));
  const raise = (alerts: FraudAlert[], alerted: readonly { offset: bigint }[], traced: Traced | undefined) => {
    return withinSpans([sinkSpans(tracing, traced, alerted, "project mongodb", mongodb)], alerting.do(alerts));
  };
  const sendingOf = (records: readonly { offset: bigint }[], topic: string, traced: Traced | undefined) => {
    return sinkSpans(tracing, traced, records, "project kafka", publishing(topic));
  };
  const send = async (
    place: Place,
    scored: readonly CommittedScore[],
    faulty: readonly FaultyRecord[],
    traced?: Traced,
  ) => {
    const spans = sendingOf(scored, topics.creditDecisions.name, traced);
    // A letter has its record's own headers, and so its trace as the sender wrote it.
    const lettersSpans = sendingOf(faulty.filter(isKept), topics.deadLetters.name, traced);
    const letters = deadLettersOf(place, faulty);
    await withinSpans([spans, lettersSpans], sending.do([...decisionsOf(place, scored, spans), ...letters]));
    if (letters.length > 0) observer?.deadLettered(letters.length);
  };
  return {
    applications: async (place, { scored, faulty, traced }) => {
      const fraud = scored.filter((record) => record.decision.isFraud);
      const alerts = fraud.map((record) => alertOf(place, record));
      await Promise.all([raise(alerts, fraud, traced), send(place, scored, faulty, traced)]);
    },
    transactions: async (place, { scored, faulty, traced }) => {
      const flagged = scored.filter((record) => record.finding.flagged);
      const alerts = flagged.map((record) => transactionAlertOf(place, record));
      await Promise.all([raise(alerts, flagged, traced), send(place, [], faulty, traced)]);
    },
  };
}

function isKept({ kept }: FaultyRecord): boolean {
  return kept !== undefined;
}

function deadLettersOf(place: Place, faulty: readonly FaultyRecord[]): RecordToSend[] {
  return faulty.flatMap((record) => (record.kept ? [deadLetterOf(place, record, record.kept)] : []));
}

function transactionAlertOf(
  { topic, partition }: Place,
  { offset, tMs, transaction, finding }: CommittedTransaction,
): TransactionAlert {
  return {
    _id: `transaction/${transaction.transaction_id}`,
    kind: "transaction",
    transaction_id: transaction.transaction_id,
    user_id: transaction.user_id,
    credit_score: transaction.credit_score,
    amount: transaction.amount_minor / 100,
    location: transaction.location,
    merchant: transaction.merchant,
    reason: finding.fraudReason ?? "",
    rules: finding.fraudRules,
    policy_version: finding.policyVersion,
    alerted_at: new Date(tMs),
    status: "open",
    topic,
    partition,
    offset: Number(offset),
    chunk: chunkOf(topic, partition, offset),
  };
}

function alertOf(
  { topic, partition }: Place,
  { offset, tMs, application, decision }: CommittedScore,
): ApplicationAlert {
  return {
    _id: application.application_id,
    kind: "application",
    application_id: application.application_id,
    user_id: application.user_id,
    credit_score: application.credit_score,
    loan_amount: application.loan_amount_minor / 100,
    reason: decision.fraudReason ?? "",
    rules: decision.fraudRules,
    policy_version: decision.policyVersion,
    alerted_at: new Date(tMs),
    status: "open",
    topic,
    partition,
    offset: Number(offset),
    chunk: chunkOf(topic, partition, offset),
  };
}

/** The decisions of a batch, as views of one buffer. One that is traced carries its trace on. */
function decisionsOf(place: Place, scored: readonly CommittedScore[], spans: SinkSpans): RecordToSend[] {
  const out = new Utf8Writer(scored.length * decisionBytesGuess);
  const ends = scored.map((record) => {
    writeDecision(place, record, out);
    return out.length;
  });
  const { buffer, byteOffset, length } = out.bytesFrom(0);
  const bytes = Buffer.from(buffer, byteOffset, length);
  const decisions = scored.map(({ application }, index) => ({
    topic: topics.creditDecisions.name,
    key: application.application_id,
    value: bytes.subarray(ends[index - 1] ?? 0, ends[index]),
  }));
  if (spans.size === 0) return decisions;
  return decisions.map((decision, index) => {
    const span = spans.get((scored[index] as CommittedScore).offset);
    return span ? carrying(decision, span) : decision;
  });
}

/**
 * Written by hand, since serializing an object of its own for each decision takes some five times as long. Ids and codes
 * need no escape, for their forms hold no character that JSON gives a meaning.
 */
function writeDecision(
  { topic, partition }: Place,
  { offset, tMs, application, decision }: CommittedScore,
  out: Utf8Writer,
): void {
  out.raw('{"decision_id":"');
  out.raw(coordinatesOf({ topic, partition, offset }));
  out.raw('","application_id":"');
  out.raw(application.application_id);
  out.raw('","user_id":"');
  out.raw(application.user_id);
  out.raw('","approval_status":"');
  out.raw(decision.approvalStatus);
  out.raw('","risk_level":"');
  out.raw(decision.riskLevel);
  out.raw(decision.isFraud ? '","is_fraud":true,"reasons":[' : '","is_fraud":false,"reasons":[');
  for (let index = 0; index < decision.reasons.length; index += 1) {
    out.raw(index === 0 ? '"' : ',"');
    out.raw(decision.reasons[index] as string);
    out.raw('"');
  }
  out.raw('],"policy_version":"');
  out.raw(decision.policyVersion);
  out.raw('","received_at":"');
  out.time(tMs);
  out.raw('"}');
}
