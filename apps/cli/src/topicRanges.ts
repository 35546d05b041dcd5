import type { ConsumedRecord, PartitionedConsumer } from "@scoreline/kafka/librdkafka";

/** The records `[from, end)` of a partition. */
export type TopicRange = { topic: string; partition: number; from: bigint; end: bigint };

const pollMsMax = 200;
/** How long nothing may come before the end of the ranges. */
const silenceMsMax = 30_000;

/**
 * Every record of the ranges, in batches of at most `countMax`, each partition's in order, read by a consumer that is given
 * nothing else meanwhile. Throws when a partition cannot be read, and when the broker falls silent.
 */
export async function* readRanges(
  consumer: PartitionedConsumer,
  ranges: readonly TopicRange[],
  countMax: number,
): AsyncGenerator<ConsumedRecord[]> {
  const open = new Map(ranges.filter(({ from, end }) => from < end).map((range) => [keyOf(range), range]));
  consumer.assign([...open.values()].map(({ topic, partition, from }) => ({ topic, partition, offset: from })));
  try {
    let heardMs = performance.now();
    while (open.size > 0) {
      const { records, errors } = await consumer.poll(countMax, pollMsMax);
      const [error] = errors;
      if (error) throw new Error(`The topic cannot be read: ${error.message}`);
      const wanted = records.filter((record) => record.offset < (open.get(keyOf(record))?.end ?? 0n));
      for (const record of records) {
        const range = open.get(keyOf(record));
        if (range && record.offset + 1n >= range.end) close(range);
      }
      if (wanted.length > 0) yield wanted;
      if (records.length > 0) heardMs = performance.now();
      if (performance.now() > heardMs + silenceMsMax) {
        throw new Error(`Nothing came from ${[...open.keys()].join(", ")} for ${silenceMsMax / 1000} s; try again.`);
      }
    }
  } finally {
    for (const range of open.values()) close(range);
  }

  function close(range: TopicRange) {
    open.delete(keyOf(range));
    consumer.unassign([range]);
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
