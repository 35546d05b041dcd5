import { formatTime, topics } from "@scoreline/contracts";
import type { Producer } from "@scoreline/kafka";
import { chunkOf, type FraudAlert, insertAlerts } from "@scoreline/stores/mongo";
import type { Committed, CommittedScore } from "@scoreline/stores/postgres";
import type { Db } from "mongodb";
import { deadLetterOf } from "./deadLetters.ts";
import { coordinatesOf } from "./read.ts";

type Place = { topic: string; partition: number };

/** Where committed rows are projected to: alerts to MongoDB, decisions and dead letters to Kafka. */
export type Projector = (place: Place, committed: Committed) => Promise<void>;

/** Sends in flight at once, below the producer's own bound. */
const sendsMax = 2_000;

/**
 * Projects committed rows, and resolves once every sink has acknowledged. A repeat gives the same alert `_id`, decision
 * id and dead letter id, so delivery at least once has the effect of once.
 */
export function createProjector({ producer, db }: { producer: Producer; db: Db }): Projector {
  return async (place, { scored, faulty }) => {
    await insertAlerts(
      db,
      scored.filter((record) => record.decision.isFraud).map((record) => alertOf(place, record)),
    );
    const sends = [
      ...scored.map((record) => decisionOf(place, record)),
      ...faulty.flatMap((record) => (record.kept ? [deadLetterOf(place, record, record.kept)] : [])),
    ];
    for (let start = 0; start < sends.length; start += sendsMax) {
      await producer.sendAll(sends.slice(start, start + sendsMax));
    }
  };
}

function alertOf({ topic, partition }: Place, { offset, tMs, application, decision }: CommittedScore): FraudAlert {
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

function decisionOf(place: Place, { offset, tMs, application, decision }: CommittedScore) {
  // Joined by hand, since serializing an object of its own for each decision takes three times as long. Ids and codes need
  // no escape, for their forms hold no character that JSON gives a meaning.
  const json = `{"decision_id":"${coordinatesOf({ ...place, offset })}","application_id":"${
    application.application_id
  }","user_id":"${application.user_id}","approval_status":"${decision.approvalStatus}","risk_level":"${
    decision.riskLevel
  }","is_fraud":${decision.isFraud},"reasons":${quotedCodes(decision.reasons)},"policy_version":${JSON.stringify(
    decision.policyVersion,
  )},"received_at":"${formatTime(tMs)}"}`;
  return { topic: topics.creditDecisions.name, key: application.application_id, value: Buffer.from(json) };
}

function quotedCodes(codes: readonly string[]): string {
  return codes.length === 0 ? "[]" : `["${codes.join('","')}"]`;
}
