import { randomUUID } from "node:crypto";
import { deadLetterHeaders, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import { type ConsumedRecord, createConsumer, ensureTopics } from "@scoreline/kafka/librdkafka";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiKey, endWorker, runtimes, startWorker, untilReady, type Worker } from "./processes.ts";

const brokers = () => inject("env").KAFKA_BROKERS;
const workers = new Map<string, Worker>();
const consumer = createConsumer({ brokers: brokers(), clientId: "ingest-tests", groupId: "ingest-tests-transactions" });

beforeAll(async () => {
  await ensureTopics({ brokers: brokers(), clientId: "ingest-tests" }, Object.values(topics));
  const started = await Promise.all(runtimes.map((runtime) => startWorker(runtime)));
  await Promise.all(started.map(untilReady));
  for (const [index, worker] of started.entries()) workers.set(runtimes[index] as string, worker);
  await consumer.connect();
});

afterAll(async () => {
  await consumer.close();
  await Promise.all([...workers.values()].map(endWorker));
});

const readMsMax = 30_000;

/** The first record of a partition, from `offset` on, that has this key. */
async function recordOf(topic: string, partition: number, offset: bigint, key: string): Promise<ConsumedRecord> {
  consumer.assign([{ topic, partition, offset }]);
  const deadlineMs = performance.now() + readMsMax;
  try {
    while (performance.now() < deadlineMs) {
      const { records } = await consumer.poll(1_000, 200);
      const found = records.find((record) => record.key?.toString() === key);
      if (found) return found;
    }
    throw new Error(`There is no record of ${key} on ${topic}.`);
  } finally {
    consumer.unassign([{ topic, partition }]);
  }
}

function transactionOf(userId: string) {
  return {
    transaction_id: randomUUID(),
    user_id: userId,
    amount: 12.5,
    timestamp: "2026-01-31T09:30:00+01:00",
    location: "Denver, CO",
    merchant: "Books & Co",
    card_type: "VISA",
    device_id: "d-1",
    credit_score: 700,
    is_fraud: false,
  };
}

async function post(runtime: string, body: unknown): Promise<Response> {
  return fetch(`${workers.get(runtime)?.url}/v1/transactions`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe.each(runtimes)("on %s", (runtime) => {
  test("a transaction lies where its receipt says: keyed by its user, on that key's partition, in canonical form", async () => {
    const userId = `user-${randomUUID()}`;
    const transaction = transactionOf(userId);
    const response = await post(runtime, transaction);
    expect(response.status).toBe(202);
    const receipt = (await response.json()) as { partition: number; offset: number };
    const { transaction_id } = transaction;
    const partition = partitionForKey(userId, topics.transactions.partitions);
    expect(receipt).toEqual({ transaction_id, topic: "transactions", partition, offset: expect.any(Number) });
    const record = await recordOf("transactions", partition, BigInt(receipt.offset), userId);
    expect(record.offset).toBe(BigInt(receipt.offset));
    const canonical = { ...transaction, amount: "12.50", timestamp: "2026-01-31T08:30:00.000Z" };
    expect(JSON.parse(String(record.value))).toEqual(canonical);
  });

  test("a refused one is among the dead letters as it came, named by the topic it was for", async () => {
    const userId = `user-${randomUUID()}`;
    const partition = partitionForKey(userId, topics.deadLetters.partitions);
    const { high } = await consumer.watermarks("dead_letters", partition);
    const refused = { ...transactionOf(userId), credit_score: "700", card_type: "visa" };
    expect((await post(runtime, refused)).status).toBe(422);
    const letter = await recordOf("dead_letters", partition, high, userId);
    expect(JSON.parse(String(letter.value))).toEqual(refused);
    const headers = Object.fromEntries(letter.headers.map(([name, value]) => [name, String(value)]));
    expect(headers).toMatchObject({
      [deadLetterHeaders.stage]: "ingest",
      [deadLetterHeaders.sourceTopic]: "transactions",
      [deadLetterHeaders.checks]: "invalid_card_type,invalid_credit_score",
    });
  });
});
