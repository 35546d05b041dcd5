import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { readRanges } from "../topicRanges.ts";
import type { Broker } from "./positions.ts";

const pollCountMax = 2_000;

/**
 * Reads a topic from its first record to what is its last one now, a batch at a time. `completeSinceMs` is the broker's
 * time since when every record is still there; earlier ones may be gone by retention. Throws when the broker falls silent.
 */
export async function readTopic(
  { consumer, describe }: Broker,
  topic: string,
  onRecord: (record: ConsumedRecord) => void,
): Promise<{ completeSinceMs: number }> {
  const count = (await describe([topic])).get(topic)?.partitions ?? 0;
  const partitions = await Promise.all(
    Array.from({ length: count }, async (_, partition) => {
      const { low, high } = await consumer.watermarks(topic, partition);
      return { topic, partition, from: low, end: high };
    }),
  );
  // Where nothing is left, nothing before this moment is known.
  const removed = partitions.filter(({ from }) => from > 0n);
  let completeSinceMs = removed.some(({ from, end }) => from === end) ? Date.now() : 0;
  for await (const records of readRanges(consumer, partitions, pollCountMax)) {
    for (const record of records) {
      const first = partitions[record.partition]?.from ?? 0n;
      if (first > 0n && record.offset === first) completeSinceMs = Math.max(completeSinceMs, record.timestampMs);
      onRecord(record);
    }
  }
  return { completeSinceMs };
}
