import { type ConsumedRecord, createConsumer } from "@scoreline/kafka/librdkafka";

/** The records `[from, end)` of a partition. */
export type TopicRange = { topic: string; partition: number; from: bigint; end: bigint };

/** Reads stretches of topics outside of any consumer group. */
export type TopicReader = {
  /** The first offset of each partition and the one after its last, by partition. */
  ends(topic: string, partitions: number): Promise<{ low: bigint; high: bigint }[]>;
  /** Every record of the ranges, in batches of at most `countMax`; each partition's in order. Throws when it cannot go on. */
  read(ranges: readonly TopicRange[], countMax: number): AsyncGenerator<ConsumedRecord[]>;
};

const pollMsMax = 200;
/** How long nothing may come before the end of the ranges. */
const silenceMsMax = 15_000;

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

async function* readRanges(
  consumer: ReturnType<typeof createConsumer>,
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
