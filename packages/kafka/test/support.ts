import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import {
  type ConsumerConfig,
  createConsumer,
  createProducer,
  ensureTopics,
  type PartitionedConsumer,
} from "../src/librdkafka/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    env: { KAFKA_BROKERS: string };
  }
}

/** The shared stack's brokers. */
export function connection() {
  return { brokers: inject("env").KAFKA_BROKERS, clientId: "kafka-tests" };
}

/** A topic of its own for a test; gives its name. */
export async function newTopic(partitions = 6, config: Record<string, string> = {}): Promise<string> {
  const name = `test-${randomUUID()}`;
  await ensureTopics(connection(), [
    { name, partitions, config: { "message.timestamp.type": "LogAppendTime", ...config } },
  ]);
  return name;
}

/** Appends `count` records with keys 0, 1, … to a topic. */
export async function append(topic: string, count: number, headers: Record<string, string> = {}): Promise<void> {
  const producer = createProducer(connection());
  await producer.ready();
  const value = (i: number) => new TextEncoder().encode(`value ${i}`);
  await Promise.all(
    Array.from({ length: count }, (_, i) => producer.send({ topic, key: String(i), value: value(i), headers })),
  );
  await producer.close();
}

/** A connected member of a group, not yet subscribed. */
export async function newConsumer(
  groupId: string = randomUUID(),
  config: Partial<ConsumerConfig> = {},
): Promise<PartitionedConsumer> {
  const consumer = createConsumer({ ...connection(), groupId, sessionTimeoutMs: 6_000, ...config });
  await consumer.connect();
  return consumer;
}

/** Polls until `done` says so; fails after `timeoutMs`. */
export async function pollUntil(
  consumer: PartitionedConsumer,
  onPoll: (polled: Awaited<ReturnType<PartitionedConsumer["poll"]>>) => boolean,
  timeoutMs = 20_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!onPoll(await consumer.poll(1_000, 100))) {
    if (performance.now() > deadlineMs) throw new Error(`Nothing that was waited for came in ${timeoutMs} ms.`);
  }
}

/** Answers every open rebalance event, starting assigned partitions at `offset`. */
export function answerRebalances(consumer: PartitionedConsumer, offset = 0n): string[] {
  return consumer.takeRebalances().map(({ kind, partitions }) => {
    if (kind === "assigned") consumer.assign(partitions.map((partition) => ({ ...partition, offset })));
    else consumer.unassign(partitions);
    return `${kind} ${partitions.length}`;
  });
}
