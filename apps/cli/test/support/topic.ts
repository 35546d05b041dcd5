import { createRequire } from "node:module";
import type { IAdminClient } from "@confluentinc/kafka-javascript";
import { type ConsumedRecord, createConsumer } from "@scoreline/kafka/librdkafka";

const partitions = [0, 1, 2, 3, 4, 5];
const readMsMax = 30_000;

/** Every record that is on a topic now. */
export async function readTopic(brokers: string, topic: string): Promise<ConsumedRecord[]> {
  const consumer = createConsumer({ brokers, clientId: "scoreline-test", groupId: `scoreline-test-${topic}` });
  await consumer.connect();
  try {
    const ends = await Promise.all(partitions.map((partition) => consumer.watermarks(topic, partition)));
    consumer.assign(partitions.map((partition) => ({ topic, partition, offset: ends[partition]?.low ?? 0n })));
    const total = ends.reduce((sum, { low, high }) => sum + Number(high - low), 0);
    const records: ConsumedRecord[] = [];
    const deadlineMs = performance.now() + readMsMax;
    while (records.length < total && performance.now() < deadlineMs) {
      records.push(...(await consumer.poll(5_000, 200)).records);
    }
    if (records.length < total) throw new Error(`Read ${records.length} of ${total} records of ${topic}.`);
    return records;
  } finally {
    await consumer.close();
  }
}

const { AdminClient } = createRequire(import.meta.url)("@confluentinc/kafka-javascript") as {
  AdminClient: { create(config: object): IAdminClient };
};

/** Deletes the records of a partition below an offset, as retention does. */
export async function deleteRecords(brokers: string, topic: string, partition: number, offset: number): Promise<void> {
  const admin = AdminClient.create({ "bootstrap.servers": brokers });
  await new Promise<void>((resolve, reject) =>
    admin.deleteRecords([{ topic, partition, offset }], { timeout: 10_000 }, (error) =>
      error ? reject(new Error(error.message)) : resolve(),
    ),
  ).finally(() => admin.disconnect());
}
