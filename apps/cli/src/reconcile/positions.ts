import type { PartitionedConsumer, TopicState } from "@scoreline/kafka/librdkafka";
import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { settledTopics } from "./sources.ts";

/** How far a partition is settled and projected, from `stream_offsets`. */
export type Stream = Place & { topicId: string; start: bigint; next: bigint; projected: bigint };

/** Where a partition stands. `low` and `high` are Kafka's, asked after `stream_offsets` was read. */
export type Position = Stream & { low: bigint; high: bigint };

/** The broker, for the length of a reconciliation. */
export type Broker = {
  consumer: PartitionedConsumer;
  describe: (topics: string[]) => Promise<Map<string, TopicState>>;
};

/** Reads `stream_offsets`. What lies below these offsets is settled, or projected, before this resolves. */
export async function readStreams(sql: Database): Promise<Stream[]> {
  const rows = await sql<(Place & Record<"start" | "next" | "projected", bigint> & { topicId: string })[]>`
    select topic, partition, topic_id as "topicId", start_offset as start, next_offset as next,
      projected_offset as projected
    from stream_offsets order by topic, partition`;
  return [...rows];
}

/**
 * Reads where every partition stands, and checks that Kafka's topics are those whose offsets were recorded. Recorded
 * offsets are read first: Kafka's only grow, so a stream that moves meanwhile cannot look as if it had gone back.
 */
export async function readPositions(
  sql: Database,
  { consumer, describe }: Broker,
  examplesMax: number,
): Promise<{ positions: Position[]; check: Check }> {
  const streams = await readStreams(sql);
  const states = await describe([...settledTopics]);
  const onBroker = [...states].flatMap(([topic, { partitions }]) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
  const watermarks = new Map(
    await Promise.all(
      onBroker.map(async (place) => [placeOf(place), await consumer.watermarks(place.topic, place.partition)] as const),
    ),
  );
  const after = new Map((await readStreams(sql)).map((stream) => [placeOf(stream), stream]));
  const findings = new Findings(examplesMax);
  let fitting = 0;
  const positions = streams.map((stream): Position => {
    const marks = watermarks.get(placeOf(stream)) ?? { low: stream.start, high: stream.next };
    const misfit = misfitOf(stream, marks, states.get(stream.topic), after.get(placeOf(stream))?.next ?? stream.next);
    if (misfit === undefined) fitting += 1;
    else findings.add(placeOf(stream), misfit);
    return { ...stream, ...marks };
  });
  // A partition that no scorer had taken then has everything before it: what it settles meanwhile is left alone.
  for (const place of onBroker) {
    if (streams.some((stream) => placeOf(stream) === placeOf(place))) continue;
    const { low, high } = watermarks.get(placeOf(place)) ?? { low: 0n, high: 0n };
    const topicId = states.get(place.topic)?.topicId ?? "";
    positions.push({ ...place, topicId, start: low, next: low, projected: low, low, high });
  }
  const check = checkOf(
    {
      compared: "partitions in stream_offsets = partitions of Kafka that fit",
      left: streams.length,
      right: fitting,
      remedy:
        "The partition stays stopped until its row of stream_offsets is settled by hand; what Kafka no longer has must be sent again by its sender.",
    },
    findings,
  );
  return { positions, check };
}

/** Why a partition of Kafka is not the one whose offsets were recorded; undefined when it is. */
function misfitOf(
  stream: Stream,
  { low, high }: { low: bigint; high: bigint },
  state: TopicState | undefined,
  nextAfter: bigint,
): string | undefined {
  if (!state) return "Kafka has no such topic";
  if (stream.partition >= state.partitions) return `the topic has ${state.partitions} partitions`;
  if (state.topicId !== stream.topicId) return `the topic's id is ${state.topicId}, recorded is ${stream.topicId}`;
  if (high < stream.next) return `settled up to ${stream.next}, Kafka ends at ${high}: the topic was cut short`;
  if (low > nextAfter) return `Kafka removed offsets ${nextAfter}-${low - 1n} before they were settled`;
  return undefined;
}
