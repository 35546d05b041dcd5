import type { PartitionRef, TopicState } from "@scoreline/kafka/librdkafka";

/** A partition's log as the broker has it: `low` is its first offset, `high` the one after its last. */
export type Log = { topic: TopicState | undefined; low: bigint; high: bigint };

/** Where a partition was left: under which topic id, and the next offset to decide. */
export type Left = PartitionRef & { topicId: string; nextOffset: bigint };

/** The log does not go on where the partition was left: to read it would skip records or mix two logs up. */
export class SourceUnfit extends Error {
  override readonly name = "SourceUnfit";
}

/** The state of a topic that can be read. Throws `SourceUnfit` when it is missing, or has another number of partitions. */
export function checkTopic(topic: string, state: TopicState | undefined, partitionsExpected: number): TopicState {
  if (!state) throw new SourceUnfit(`The topic ${topic} does not exist; \`scoreline init\` makes it.`);
  if (state.partitions === partitionsExpected) return state;
  throw new SourceUnfit(
    `The topic ${topic} has ${state.partitions} partitions and must have ${partitionsExpected}: its users would move. ` +
      `Make it again with ${partitionsExpected} partitions, as the documentation says.`,
  );
}

/** Throws `SourceUnfit` when a log is not the one that the partition was read from, or has lost its end. */
export function checkSource(left: Left, log: Log, partitionsExpected: number): void {
  const name = `${left.topic}/${left.partition}`;
  const state = checkTopic(left.topic, log.topic, partitionsExpected);
  if (state.topicId !== left.topicId) {
    throw new SourceUnfit(
      `${name}: the topic's id is ${state.topicId}, and it was ${left.topicId}. It was deleted and made again; nothing of ` +
        "it is read until a person has said where to go on, as the documentation says.",
    );
  }
  if (log.high < left.nextOffset) {
    throw new SourceUnfit(
      `${name}: the log ends at offset ${log.high}, and ${left.nextOffset} is the next to decide: the broker has lost ` +
        `${left.nextOffset - log.high} records that were decided, and would give their offsets to others. ` +
        "Bring the log back, or say where to go on, as the documentation says.",
    );
  }
}

/** Throws `SourceUnfit` when records that were not decided are gone. For a partition of which nothing is fetched yet. */
export function checkStart({ topic, partition, nextOffset }: Left, { low }: Log): void {
  if (low <= nextOffset) return;
  throw new SourceUnfit(
    `${topic}/${partition}: the log begins at offset ${low}, and ${nextOffset} is the next to decide: ` +
      `${low - nextOffset} records are gone undecided. Bring them back, or accept their loss, as the documentation says.`,
  );
}
