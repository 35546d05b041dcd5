import { expect, test } from "vitest";
import { DeliveryFailed, type Producer, ProducerBusy, type RecordToSend } from "../src/index.ts";
import { createProducer } from "../src/librdkafka/index.ts";
import vectors from "../vectors/murmur2.json" with { type: "json" };
import { soonAsking, startLeavingBroker } from "./leavingBroker.ts";
import { connection, newTopic } from "./support.ts";

const value = new TextEncoder().encode("a record");
const byJava = vectors.vectors.map(({ partition }) => partition);

/** What each partition's offsets must be when the keys arrive in order on an empty topic. */
function offsetsInOrder(partitions: number[]): string[] {
  const next = new Map<number, number>();
  return partitions.map((partition) => {
    const offset = next.get(partition) ?? 0;
    next.set(partition, offset + 1);
    return String(offset);
  });
}

test("librdkafka places every key on the partition that Java says, and tells its offset", async () => {
  const topic = await newTopic(vectors.partitions);
  const producer = createProducer(connection());
  await producer.ready();
  const placements = await Promise.all(vectors.vectors.map(({ key }) => producer.send({ topic, key, value })));
  await producer.close();
  expect(placements.map(({ partition }) => partition)).toEqual(byJava);
  expect(placements.map(({ offset }) => String(offset))).toEqual(offsetsInOrder(byJava));
});

test("a full queue refuses at once with ProducerBusy, and what was queued is still delivered", async () => {
  const topic = await newTopic(1);
  const producer = createProducer(connection(), { inFlightMax: 10, lingerMs: 50 });
  await producer.ready();
  const sent = Array.from({ length: 30 }, (_, i) => producer.send({ topic, key: String(i), value }));
  const settled = await Promise.allSettled(sent);
  await producer.close();
  const refused = settled.filter((result) => result.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ reason }) => reason instanceof ProducerBusy)).toBe(true);
  const offsets = settled.flatMap((result) => (result.status === "fulfilled" ? [Number(result.value.offset)] : []));
  expect(offsets.toSorted((a, b) => a - b)).toEqual(offsets.map((_, i) => i));
});

test("a record that is too large fails for good", async () => {
  const topic = await newTopic(1);
  const producer = createProducer(connection());
  await producer.ready();
  const sent = producer.send({ topic, key: "k", value: new Uint8Array(2_000_000) });
  await expect(sent).rejects.toMatchObject({ name: "DeliveryFailed", retryable: false });
  await producer.close();
});

test("without a broker, ready and send fail within their bounds, and the failure is retryable", async () => {
  const producer = createProducer({ ...connection(), brokers: "127.0.0.1:1" }, { readyTimeoutMs: 500 });
  await expect(producer.ready()).rejects.toThrow("No broker answered within 500 ms.");
  await expect(producer.send({ topic: "any", key: "k", value })).rejects.toSatisfy(
    (error) => error instanceof DeliveryFailed && error.retryable,
  );
  await producer.close();
});

test("a producer that was told of no broker at all, by one that shuts down, delivers once it is back", async () => {
  const topic = await newTopic(1);
  const broker = await startLeavingBroker(connection().brokers);
  const producer = createProducer({ ...connection(), brokers: broker.brokers, properties: soonAsking });
  try {
    await producer.ready();
    for (let round = 0; round < 3; round += 1) {
      await delivered(producer, { topic, partition: 0, key: null, value });
      await broker.leave();
    }
    await delivered(producer, { topic, partition: 0, key: null, value });
  } finally {
    await producer.close();
    broker.close();
  }
});

/** Sends until the broker has it. */
async function delivered(producer: Producer, record: RecordToSend): Promise<void> {
  for (const deadlineMs = performance.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const error = await producer.send(record).then(
      () => undefined,
      (reason: DeliveryFailed) => reason,
    );
    if (!error) return;
    if (!error.retryable || performance.now() > deadlineMs) throw error;
  }
}
