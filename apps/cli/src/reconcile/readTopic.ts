import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { placeOf } from "./check.ts";
import type { Broker } from "./positions.ts";

const pollCountMax = 2_000;
const pollMsMax = 200;
/** How long the broker may give nothing before the reading is given up. */
const silenceMsMax = 30_000;

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
    Array.from({ length: count }, async (_, partition) => ({
      topic,
      partition,
      ...(await consumer.watermarks(topic, partition)),
    })),
  );
  const open = new Map(partitions.filter(({ low, high }) => low < high).map((part) => [placeOf(part), part]));
  // Where nothing is left, nothing before this moment is known.
  const removed = partitions.filter(({ low }) => low > 0n);
  let completeSinceMs = removed.some(({ low, high }) => low === high) ? Date.now() : 0;
  const reading = [...open.values()];
  consumer.assign(reading.map((part) => ({ topic, partition: part.partition, offset: part.low })));
  try {
    for (let heardMs = performance.now(); open.size > 0; ) {
      const { records, errors } = await consumer.poll(pollCountMax, pollMsMax);
      const lost = errors.find((error) => error.topic === topic);
      if (lost) throw new Error(`${topic}/${lost.partition} cannot be read: ${lost.message}`);
      for (const record of records) {
        const part = open.get(placeOf(record));
        if (!part) continue;
        if (part.low > 0n && record.offset === part.low)
          completeSinceMs = Math.max(completeSinceMs, record.timestampMs);
        if (record.offset < part.high) onRecord(record);
        if (record.offset >= part.high - 1n) open.delete(placeOf(record));
      }
      if (records.length > 0) heardMs = performance.now();
      if (performance.now() > heardMs + silenceMsMax) {
        throw new Error(`The broker gave nothing of ${[...open.keys()].join(", ")} for ${silenceMsMax / 1000} s.`);
      }
    }
  } finally {
    consumer.unassign(reading);
  }
  return { completeSinceMs };
}
