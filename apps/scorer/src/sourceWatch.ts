import type { TopicDefinition } from "@scoreline/contracts";
import type { PartitionedConsumer, PartitionRef, TopicState } from "@scoreline/kafka/librdkafka";
import type { HeldPartition } from "@scoreline/stores/postgres";
import { type Logger, wordsOf } from "@scoreline/telemetry";
import { checkSource, checkStart, checkTopic, type Log } from "./source.ts";
import type { StallDetector, Standing } from "./stall.ts";

/** How often the broker is asked whether each log is still the one that is read, and how far behind it we are. */
const lookMs = 5_000;

export type SourceDeps = {
  consumer: Pick<PartitionedConsumer, "watermarks">;
  /** Asks the broker for the topics' ids, which tell a topic from another one of the same name. */
  describe: (names: string[]) => Promise<Map<string, TopicState>>;
  stalls: StallDetector;
  log: Logger;
};

export type SourceEvents = {
  /** Hears of a partition whose log fits no longer. */
  onUnfit: (held: HeldPartition, error: unknown) => void;
  /** Hears where the logs end. */
  onEnds: (ends: readonly (PartitionRef & { end: bigint })[]) => void;
};

/** The logs of a topic's partitions: checked when a partition is taken, and again and again while it is held. */
export class SourceWatch {
  readonly #source: TopicDefinition;
  readonly #deps: SourceDeps;
  /** The id that a partition's topic had when it was taken. */
  readonly #topicIds = new WeakMap<HeldPartition, string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(source: TopicDefinition, deps: SourceDeps) {
    this.#source = source;
    this.#deps = deps;
  }

  /** A partition's log and its topic's id. Throws `SourceUnfit` when the topic is not as it should be. */
  async find({ topic, partition }: PartitionRef): Promise<Log & { topicId: string }> {
    const { consumer, describe } = this.#deps;
    const state = (await describe([topic])).get(topic);
    const { topicId } = checkTopic(topic, state, this.#source.partitions);
    return { topic: state, topicId, ...(await consumer.watermarks(topic, partition)) };
  }

  /** Watches the log of a partition that was taken. Throws `SourceUnfit` when it does not go on where the partition was left. */
  taken(held: HeldPartition, log: Log & { topicId: string }): void {
    const left = { ...held, topicId: log.topicId };
    checkSource(left, log, this.#source.partitions);
    checkStart(left, log);
    this.#topicIds.set(held, log.topicId);
  }

  /** Begins to look at the partitions that `held` gives. */
  start(held: () => HeldPartition[], events: SourceEvents): void {
    // A timer of its own beside the consuming loop, so that a loop that stands still is found.
    this.#timer = setInterval(() => void this.#look(held, events), lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(held: () => HeldPartition[], { onUnfit, onEnds }: SourceEvents): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { stalls, log } = this.#deps;
    try {
      const looks = await this.#ask(held());
      const now = new Set(held());
      const standings = looks.flatMap(({ partition, left, source }): Standing[] => {
        if (!now.has(partition)) return [];
        try {
          checkSource(left, source, this.#source.partitions);
        } catch (error) {
          onUnfit(partition, error);
          return [];
        }
        const progress = partition.nextOffset + partition.projectedOffset;
        return [{ topic: left.topic, partition: left.partition, lag: source.high - left.nextOffset, progress }];
      });
      onEnds(looks.map(({ left: { topic, partition }, source }) => ({ topic, partition, end: source.high })));
      this.#tell(standings);
    } catch (error) {
      // Without the broker nobody knows how far behind a partition is.
      stalls.look([], performance.now());
      log.warn({ error: wordsOf(error) }, "the topics' logs cannot be looked at; trying again");
    } finally {
      this.#looking = false;
    }
  }

  async #ask(held: HeldPartition[]) {
    const { consumer, describe } = this.#deps;
    const topic = (await describe([this.#source.name])).get(this.#source.name);
    const looks = [];
    for (const partition of held) {
      // Taken before the log's end is asked for, which only rises: one below it is not our own progress meanwhile.
      const left = { ...partition, topicId: this.#topicIds.get(partition) ?? "" };
      // One after the other: each takes one of the few threads that the polls need as well.
      const ends = await consumer.watermarks(left.topic, left.partition);
      looks.push({ partition, left, source: { topic, ...ends } });
    }
    return looks;
  }

  #tell(standings: Standing[]): void {
    const { stalls, log } = this.#deps;
    stalls.look(standings, performance.now());
    const stalled = stalls.stalled(performance.now());
    if (stalled.length > 0) log.error({ stalled }, "partitions stand still for no reason: restart the process");
  }
}
