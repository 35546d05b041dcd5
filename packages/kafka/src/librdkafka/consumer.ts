import type { KafkaConsumer, LibrdKafkaError, Message } from "@confluentinc/kafka-javascript";
import { clientProperties, codes, type KafkaClientError, type KafkaConnection } from "./connection.ts";
import { native } from "./native.ts";
import { nameOf, type PartitionRef } from "./partitionRef.ts";
import { StallWatch } from "./stallWatch.ts";

export interface ConsumedRecord extends PartitionRef {
  offset: bigint;
  /** The record's time in epoch milliseconds: the broker's on a topic with LogAppendTime. */
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: [name: string, value: Buffer][];
  leaderEpoch?: number;
}

/** `lost` partitions already belong to another member: nothing about them may be written any more. */
export type RebalanceEvent = { kind: "assigned" | "revoked" | "lost"; partitions: PartitionRef[] };

export type ConsumerFault = KafkaClientError & Partial<PartitionRef>;

/** A group member whose offsets are kept by its user: every assignment names the offset to start from. */
export interface PartitionedConsumer {
  /** Rejects when no broker answers in some seconds; it may be tried again. */
  connect(): Promise<void>;
  subscribe(topics: string[]): void;
  /**
   * Up to `countMax` records (500 to 5,000 is quickest), waiting at most `timeoutMsMax` for the first.
   * Must be called at least every `maxPollIntervalMs`, also while every partition is paused.
   */
  poll(countMax: number, timeoutMsMax: number): Promise<{ records: ConsumedRecord[]; errors: ConsumerFault[] }>;
  /** Rebalance events since the last call, in order. Each must be answered, by `assign` or by `unassign`. */
  takeRebalances(): RebalanceEvent[];
  /** Answers an `assigned` event; or puts partitions that were unassigned for it at another offset. None is paused. */
  assign(partitions: (PartitionRef & { offset: bigint })[]): void;
  /**
   * Answers a `revoked` or `lost` event, also for partitions of it that were never assigned; or stops partitions, to assign
   * them at another offset.
   */
  unassign(partitions: PartitionRef[]): void;
  pause(partitions: PartitionRef[]): void;
  resume(partitions: PartitionRef[]): void;
  /** The partition's first offset and the one after its last, asked of the broker. */
  watermarks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }>;
  /** Leaves the group (a static member keeps its place) and answers what is still open. */
  close(): Promise<void>;
}

export interface ConsumerConfig extends KafkaConnection {
  groupId: string;
  /** Static membership: a restart within `sessionTimeoutMs` keeps the partitions. */
  groupInstanceId?: string;
  sessionTimeoutMs?: number;
  heartbeatIntervalMs?: number;
  maxPollIntervalMs?: number;
}

/** Bounds of what the client fetches ahead, in one place: at most 16 MiB queued a partition, 1 MiB in one fetch. */
const fetchProperties = {
  "queued.min.messages": 20_000,
  "queued.max.messages.kbytes": 16_384,
  "fetch.message.max.bytes": 1_048_576,
  "fetch.max.bytes": 16_777_216,
  "fetch.wait.max.ms": 100,
  "fetch.error.backoff.ms": 100,
  "fetch.queue.backoff.ms": 10,
} as const;

/** How often the client reports the state of each partition; a stalled one is told after two reports. */
const statisticsIntervalMs = 1_000;
const queryTimeoutMs = 5_000;
const connectTimeoutMs = 10_000;

// What the addon has and its type declarations leave out.
type Native = KafkaConsumer & {
  setDefaultIsTimeoutOnlyForFirstMessage(only: boolean): void;
  incrementalAssign(partitions: (PartitionRef & { offset?: number })[]): void;
  incrementalUnassign(partitions: PartitionRef[]): void;
  assignmentLost(): boolean;
};

/** A consumer over librdkafka's `consume(n)`, with cooperative rebalancing and explicit offsets. */
export function createConsumer(config: ConsumerConfig): PartitionedConsumer {
  return new LibrdkafkaConsumer(config);
}

class LibrdkafkaConsumer implements PartitionedConsumer {
  readonly #config: ConsumerConfig;
  #native: Native;
  readonly #stalls = new StallWatch();
  #rebalances: RebalanceEvent[] = [];
  /** What the client has of the group's partitions, as `topic/partition`: those that its user assigned. */
  readonly #assigned = new Set<string>();
  #polling: Promise<unknown> = Promise.resolve();
  #closing = false;
  #disconnecting = false;

  constructor(config: ConsumerConfig) {
    this.#config = config;
    this.#native = this.#make();
  }

  #make(): Native {
    const config = this.#config;
    const made = new native.KafkaConsumer({
      ...clientProperties(config),
      "group.id": config.groupId,
      ...(config.groupInstanceId ? { "group.instance.id": config.groupInstanceId } : {}),
      "session.timeout.ms": config.sessionTimeoutMs ?? 10_000,
      "heartbeat.interval.ms": config.heartbeatIntervalMs ?? 1_000,
      "max.poll.interval.ms": config.maxPollIntervalMs ?? 300_000,
      "partition.assignment.strategy": "cooperative-sticky",
      "auto.offset.reset": "error",
      "enable.auto.commit": false,
      "enable.auto.offset.store": false,
      "enable.partition.eof": false,
      "isolation.level": "read_committed",
      "statistics.interval.ms": statisticsIntervalMs,
      ...fetchProperties,
      rebalance_cb: (error: LibrdKafkaError, partitions: PartitionRef[]) => this.#onRebalance(error, partitions),
    } as ConstructorParameters<typeof native.KafkaConsumer>[0]) as Native;
    made.setDefaultIsTimeoutOnlyForFirstMessage(true);
    made.on("event.error", ({ code, message }) => config.onError?.({ code, message }));
    made.on("event.stats", (stats) => this.#stalls.observe((stats as { message: string }).message));
    return made;
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#native.connect({ allTopics: false, timeout: connectTimeoutMs }, (error) => {
        if (!error) return resolve();
        // The addon crashes when a client that failed to connect is connected again and then closed (1.10.1).
        this.#native = this.#make();
        reject(new Error(`No broker answered within ${connectTimeoutMs} ms.`, { cause: error }));
      });
    });
  }

  subscribe(topics: string[]): void {
    this.#native.subscribe(topics);
  }

  poll(countMax: number, timeoutMsMax: number) {
    this.#native.setDefaultConsumeTimeout(timeoutMsMax);
    const polled = new Promise<{ records: ConsumedRecord[]; errors: ConsumerFault[] }>((resolve) => {
      this.#native.consume(countMax, (error, messages) => {
        const errors: ConsumerFault[] = this.#stalls.take();
        if (error) errors.push({ code: error.code, message: error.message });
        resolve({ records: error ? [] : messages.map(toRecord), errors });
      });
    });
    this.#polling = polled;
    return polled;
  }

  takeRebalances(): RebalanceEvent[] {
    return this.#rebalances.splice(0);
  }

  assign(partitions: (PartitionRef & { offset: bigint })[]): void {
    throwingErrors(() =>
      this.#native.incrementalAssign(
        partitions.map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      ),
    );
    for (const partition of partitions) this.#assigned.add(nameOf(partition));
    // librdkafka keeps a pause beyond the assignment it was made in; a new one begins to read.
    this.#native.resume(refs(partitions));
    this.#stalls.watch(partitions);
  }

  unassign(partitions: PartitionRef[]): void {
    this.#stalls.forget(partitions);
    // One that the client does not have would have it refuse them all, and leave the event unanswered.
    const assigned = refs(partitions).filter((partition) => this.#assigned.delete(nameOf(partition)));
    throwingErrors(() => this.#native.incrementalUnassign(assigned));
  }

  pause(partitions: PartitionRef[]): void {
    this.#native.pause(refs(partitions));
  }

  resume(partitions: PartitionRef[]): void {
    this.#native.resume(refs(partitions));
  }

  watermarks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }> {
    return this.#queryWatermarks(topic, partition)
      .catch(async (error: KafkaClientError) => {
        if (error.code !== codes.unknownPartition) throw error;
        // A broker that has just started may not know its topics yet; the client keeps what it said for minutes, unless asked.
        await this.#refreshMetadata(topic);
        return this.#queryWatermarks(topic, partition);
      })
      .catch((error: KafkaClientError) => {
        throw new Error(`The offsets of ${topic}/${partition} are not known: ${error.message}`, { cause: error });
      });
  }

  #queryWatermarks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }> {
    return new Promise((resolve, reject) => {
      this.#native.queryWatermarkOffsets(topic, partition, queryTimeoutMs, (error, offsets) => {
        if (error) reject(error);
        else resolve({ low: BigInt(offsets.lowOffset), high: BigInt(offsets.highOffset) });
      });
    });
  }

  #refreshMetadata(topic: string): Promise<void> {
    return new Promise((resolve) => {
      this.#native.getMetadata({ topic, timeout: queryTimeoutMs }, () => resolve());
    });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#polling;
    // Closing waits for every open rebalance event, so those that nobody will take any more are answered here.
    for (const event of this.takeRebalances()) this.#answer(event);
    this.#disconnecting = true;
    if (this.#native.isConnected()) await new Promise<void>((resolve) => this.#native.disconnect(() => resolve()));
  }

  /** Called from the event loop; librdkafka waits for the answer but not for this function. */
  #onRebalance(error: LibrdKafkaError, partitions: PartitionRef[]): void {
    const assigned = error.code === codes.assignPartitions;
    const kind = assigned ? "assigned" : this.#native.assignmentLost() ? "lost" : "revoked";
    const event: RebalanceEvent = { kind, partitions: refs(partitions) };
    if (this.#closing || partitions.length === 0) this.#answer(event);
    else this.#rebalances.push(event);
  }

  #answer({ kind, partitions }: RebalanceEvent): void {
    try {
      // While it disconnects, the addon refuses an assign, and librdkafka takes every answer for an unassign.
      if (kind === "assigned" && this.#disconnecting) this.#native.unassign();
      else if (kind === "assigned") this.#native.incrementalAssign([]);
      else this.unassign(partitions);
    } catch (error) {
      // An event that reaches the event loop once the client is gone: nothing waits for its answer any more.
      if (!this.#disconnecting || (error as LibrdKafkaError).code !== codes.state) throw error;
    }
  }
}

function refs(partitions: PartitionRef[]): PartitionRef[] {
  return partitions.map(({ topic, partition }) => ({ topic, partition }));
}

/** What the addon throws is no `Error`. */
function throwingErrors(call: () => void): void {
  try {
    call();
  } catch (error) {
    const { code, message } = error as KafkaClientError;
    throw Object.assign(new Error(message, { cause: error }), { code });
  }
}

const noHeaders: [string, Buffer][] = [];

function toRecord(message: Message): ConsumedRecord {
  const { topic, partition, headers, leaderEpoch } = message;
  const record: ConsumedRecord = {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestampMs: message.timestamp ?? -1,
    key: message.key as Buffer | null,
    value: message.value,
    headers: headers ? headers.flatMap((header) => Object.entries(header) as [string, Buffer][]) : noHeaders,
  };
  if (leaderEpoch !== undefined) record.leaderEpoch = leaderEpoch;
  return record;
}
