import { topics, Utf8Writer } from "@scoreline/contracts";
import type { BatchProducer, RecordToSend } from "@scoreline/kafka";
import {
  type ApplicationAlert,
  chunkOf,
  type FraudAlert,
  insertAlerts,
  type TransactionAlert,
} from "@scoreline/stores/mongo";
import type { Committed, CommittedScore, CommittedTransaction, FaultyRecord } from "@scoreline/stores/postgres";
import type { Db } from "mongodb";
import { deadLetterOf } from "./deadLetters.ts";
import { coordinatesOf } from "./read.ts";
import { Rounds } from "./rounds.ts";

type Place = { topic: string; partition: number };

/** Where committed rows are projected to: alerts to MongoDB, decisions and dead letters to Kafka. */
export type Projector<Scored> = (place: Place, committed: Committed<Scored>) => Promise<void>;

export type ProjectionsObserver = {
  /** The broker has acknowledged so many dead letters. */
  deadLettered(count: number): void;
};

/** The projections of each topic's rows, over sinks that they share. */
export type Projectors = { applications: Projector<CommittedScore>; transactions: Projector<CommittedTransaction> };

const decisionBytesGuess = 384;

export type ProjectorsDeps = { producer: BatchProducer; db: Db; observer?: ProjectionsObserver };

/**
 * Projectors of committed rows, which resolve once every sink has acknowledged. A repeat gives the same alert `_id`,
 * decision id and dead letter id, so delivery at least once has the effect of once.
 */
export function createProjectors({ producer, db, observer }: ProjectorsDeps): Projectors {
  const alerting = new Rounds((alerts: readonly FraudAlert[]) => insertAlerts(db, alerts));
  const sending = new Rounds((records: readonly RecordToSend[]) => producer.sendAll(records));
  const send = async (records: RecordToSend[], letters: RecordToSend[]) => {
    await sending.do([...records, ...letters]);
    if (letters.length > 0) observer?.deadLettered(letters.length);
  };
  return {
    applications: async (place, { scored, faulty }) => {
      const alerts = scored.filter((record) => record.decision.isFraud).map((record) => alertOf(place, record));
      await Promise.all([alerting.do(alerts), send(decisionsOf(place, scored), deadLettersOf(place, faulty))]);
    },
    transactions: async (place, { scored, faulty }) => {
      const flagged = scored.filter((record) => record.finding.flagged);
      const alerts = flagged.map((record) => transactionAlertOf(place, record));
      await Promise.all([alerting.do(alerts), send([], deadLettersOf(place, faulty))]);
    },
  };
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

/** The decisions of a batch, as views of one buffer. */
function decisionsOf(place: Place, scored: readonly CommittedScore[]): RecordToSend[] {
  const out = new Utf8Writer(scored.length * decisionBytesGuess);
  const ends = scored.map((record) => {
    writeDecision(place, record, out);
    return out.length;
  });
  const { buffer, byteOffset, length } = out.bytesFrom(0);
  const bytes = Buffer.from(buffer, byteOffset, length);
  return scored.map(({ application }, index) => ({
    topic: topics.creditDecisions.name,
    key: application.application_id,
    value: bytes.subarray(ends[index - 1] ?? 0, ends[index]),
  }));
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
