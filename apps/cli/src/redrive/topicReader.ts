import { type ConsumedRecord, createConsumer } from "@scoreline/kafka/librdkafka";
import { readRanges, type TopicRange } from "../topicRanges.ts";

/** Reads stretches of topics outside of any consumer group. */
export type TopicReader = {
  /** The first offset of each partition and the one after its last, by partition. */
  ends(topic: string, partitions: number): Promise<{ low: bigint; high: bigint }[]>;
  /** Every record of the ranges, in batches of at most `countMax`; each partition's in order. Throws when it cannot go on. */
  read(ranges: readonly TopicRange[], countMax: number): AsyncGenerator<ConsumedRecord[]>;
};

/** Runs `work` with a reader and lets it go behind. */
export async function withTopicReader<Result>(
  brokers: string,
  work: (reader: TopicReader) => Promise<Result>,
): Promise<Result> {
  const consumer = createConsumer({ brokers, clientId: "scoreline-cli", groupId: "scoreline-cli" });
  await consumer.connect();
  try {
    return await work({
      ends: (topic, partitions) =>
        Promise.all(Array.from({ length: partitions }, (_, partition) => consumer.watermarks(topic, partition))),
      read: (ranges, countMax) => readRanges(consumer, ranges, countMax),
    });
  } finally {
    await consumer.close();
  }
}
