import { expect, test } from "vitest";
import { createBatchProducer } from "../src/librdkafka/index.ts";
import type { RecordToSend } from "../src/port.ts";
import { answerRebalances, connection, newConsumer, newTopic, pollUntil } from "./support.ts";

function recordsFor(topic: string, count: number, bytes = 100): RecordToSend[] {
  return Array.from({ length: count }, (_, i) => ({ topic, key: String(i), value: new Uint8Array(bytes).fill(i) }));
}

/** How many records a topic of six partitions holds, from a broker that is asked afterwards. */
async function stored(topic: string): Promise<number> {
  const consumer = await newConsumer();
  const partitions = Array.from({ length: 6 }, (_, partition) => partition);
  const marks = await Promise.all(partitions.map((partition) => consumer.watermarks(topic, partition)));
  await consumer.close();
  return marks.reduce((sum, { high }) => sum + Number(high), 0);
}

test("what is told as acknowledged is on the topic, and each key on its partition as from any producer", async () => {
  const topic = await newTopic();
  const producer = createBatchProducer(connection());
  await producer.ready();
  await producer.sendAll([]);
  await Promise.all([producer.sendAll(recordsFor(topic, 3_000)), producer.sendAll(recordsFor(topic, 2))]);
  expect(await stored(topic)).toBe(3_002);
  const consumer = await newConsumer();
  consumer.subscribe([topic]);
  const places: string[] = [];
  await pollUntil(consumer, ({ records }) => {
    answerRebalances(consumer);
    places.push(...records.filter(({ key }) => String(key) === "1").map(({ partition }) => String(partition)));
    return places.length === 2;
  });
  await consumer.close();
  expect(new Set(places).size).toBe(1);
  await producer.close();
});

test("one refused record among many fails its call every time, and none before or after it", async () => {
  const topic = await newTopic(6, { "max.message.bytes": "20000" });
  const producer = createBatchProducer(connection());
  await producer.ready();
  const bad = { topic, key: "bad", value: new Uint8Array(50_000) };
  for (let round = 0; round < 30; round += 1) {
    const [before, failed, after] = await Promise.allSettled([
      producer.sendAll(recordsFor(topic, 20)),
      producer.sendAll([...recordsFor(topic, 20), bad]),
      producer.sendAll(recordsFor(topic, 20)),
    ]);
    expect(before.status).toBe("fulfilled");
    expect(failed).toMatchObject({ reason: { name: "DeliveryFailed", retryable: false } });
    expect(after.status).toBe("fulfilled");
  }
  await producer.close();
});

test("a full queue fails the call that filled it, for now", async () => {
  const topic = await newTopic();
  const producer = createBatchProducer(connection(), { inFlightMax: 10 });
  await producer.ready();
  await expect(producer.sendAll(recordsFor(topic, 2_000))).rejects.toMatchObject({ name: "ProducerBusy" });
  await producer.sendAll(recordsFor(topic, 5));
  await producer.close();
});

test("without a broker a call fails for now, and so does one after the end", async () => {
  const producer = createBatchProducer({ ...connection(), brokers: "127.0.0.1:1" }, { readyTimeoutMs: 500 });
  const away = { name: "DeliveryFailed", retryable: true };
  await expect(producer.sendAll(recordsFor("any", 1))).rejects.toMatchObject(away);
  await producer.close();
  await expect(producer.sendAll(recordsFor("any", 1))).rejects.toMatchObject(away);
});
