import { setTimeout as wait } from "node:timers/promises";
import type { KafkaConsumer, LibrdKafkaError, Message } from "@confluentinc/kafka-javascript";
import { BrokerWatch } from "./brokerWatch.ts";
import { clientProperties, codes, type KafkaClientError } from "./connection.ts";
import type { ConsumedRecord, ConsumerConfig, ConsumerFault, Polled, RebalanceEvent } from "./consumer.ts";
import { native } from "./native.ts";
import { nameOf, type PartitionRef } from "./partitionRef.ts";
import { StallWatch } from "./stallWatch.ts";
import { statisticsIntervalMs, statisticsOf } from "./statistics.ts";

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

const queryTimeoutMs = 5_000;

// What the addon has and its type declarations leave out.
type Native = KafkaConsumer & {
  setDefaultIsTimeoutOnlyForFirstMessage(only: boolean): void;
  incrementalAssign(partitions: (PartitionRef & { offset?: number })[]): void;
  incrementalUnassign(partitions: PartitionRef[]): void;
  assignmentLost(): boolean;
};

export type ConsumerClientEvents = {
  onRebalance: (event: RebalanceEvent) => void;
  /** Hears that the client knows no broker any more, so that it cannot go on. */
  onLost: () => void;
};

/** One librdkafka consumer, which connects once. Before it has, and from `close` on, it gives nothing and tells of nothing. */
export class ConsumerClient {
  readonly #native: Native;
  readonly #events: ConsumerClientEvents;
  readonly #stalls = new StallWatch();
  /** What the client has of the group's partitions, by `topic/partition`: those that its user assigned. */
  readonly #assigned = new Map<string, PartitionRef>();
  #state: "made" | "connected" | "closing" | "disconnecting" = "made";
  #polling: Promise<unknown> = Promise.resolve();

  constructor(config: ConsumerConfig, events: ConsumerClientEvents) {
    this.#events = events;
    this.#native = new native.KafkaConsumer({
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
    this.#native.setDefaultIsTimeoutOnlyForFirstMessage(true);
    this.#native.on("event.error", ({ code, message }) => {
      if (!this.#isClosing) config.onError?.({ code, message });
    });
    const brokers = new BrokerWatch();
    this.#native.on("event.stats", (stats) => {
      if (!this.isConnected) return;
      const statistics = statisticsOf(stats);
      this.#stalls.observe(statistics);
      brokers.observe(statistics);
      if (brokers.isLost) this.#events.onLost();
    });
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  get #isClosing(): boolean {
    return this.#state === "closing" || this.#state === "disconnecting";
  }

  get assigned(): PartitionRef[] {
    return [...this.#assigned.values()];
  }

  /** Rejects when no broker answers in that time; another client is needed then. */
  connect(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#native.connect({ allTopics: false, timeout: timeoutMs }, (error) => {
        if (error) {
          this.#state = "closing";
          return reject(new Error(`No broker answered within ${timeoutMs} ms.`, { cause: error }));
        }
        this.#state = "connected";
        resolve();
      });
    });
  }

  subscribe(topics: string[]): void {
    this.#native.subscribe(topics);
  }

  poll(countMax: number, timeoutMsMax: number): Promise<Polled> {
    if (!this.isConnected) return wait(timeoutMsMax, { records: [], errors: [] });
    this.#native.setDefaultConsumeTimeout(timeoutMsMax);
    const polled = new Promise<Polled>((resolve) => {
      this.#native.consume(countMax, (error, messages) => {
        if (!this.isConnected) return resolve({ records: [], errors: [] });
        const errors: ConsumerFault[] = this.#stalls.take();
        if (error) errors.push({ code: error.code, message: error.message });
        resolve({ records: error ? [] : messages.map(toRecord), errors });
      });
    });
    this.#polling = polled;
    return polled;
  }

  assign(partitions: (PartitionRef & { offset: bigint })[]): void {
    throwingErrors(() =>
      this.#native.incrementalAssign(
        partitions.map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      ),
    );
    for (const ref of refs(partitions)) this.#assigned.set(nameOf(ref), ref);
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

  knownEnd(topic: string, partition: number): bigint | undefined {
    if (!this.isConnected) return undefined;
    try {
      const { highOffset } = this.#native.getWatermarkOffsets(topic, partition);
      return highOffset >= 0 ? BigInt(highOffset) : undefined;
    } catch {
      // What the client has not fetched of has no end that it knows.
      return undefined;
    }
  }

  #queryWatermarks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }> {
    return new Promise((resolve, reject) => {
      // While it connects, the addon would wait for a broker, in one of the few threads.
      if (!this.isConnected) return reject(new Error("No broker has been reached yet."));
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
    const wasConnected = this.isConnected;
    this.#state = "closing";
    await this.#polling;
    if (!wasConnected) return;
    // Closing waits for the rebalance event that is open, if one is. Nobody answers it any more, so both kinds are answered here.
    throwingErrors(() => this.#native.incrementalAssign([]));
    this.unassign(this.assigned);
    this.#state = "disconnecting";
    await new Promise<void>((resolve) => this.#native.disconnect(() => resolve()));
  }

  /** Called from the event loop; librdkafka waits for the answer but not for this function. */
  #onRebalance(error: LibrdKafkaError, partitions: PartitionRef[]): void {
    const isAssigned = error.code === codes.assignPartitions;
    if (!this.isConnected || partitions.length === 0) {
      this.#answer(isAssigned, partitions);
      return;
    }
    const kind = isAssigned ? "assigned" : this.#native.assignmentLost() ? "lost" : "revoked";
    this.#events.onRebalance({ kind, partitions: refs(partitions) });
  }

  /** Answers an event that nobody is told of. */
  #answer(isAssigned: boolean, partitions: PartitionRef[]): void {
    const isDisconnecting = this.#state === "disconnecting";
    try {
      // While it disconnects, the addon refuses an assign, and librdkafka takes every answer for an unassign.
      if (isAssigned && isDisconnecting) this.#native.unassign();
      else if (isAssigned) this.#native.incrementalAssign([]);
      else this.unassign(partitions);
    } catch (error) {
      // An event that reaches the event loop once the client is gone: nothing waits for its answer any more.
      if (!isDisconnecting || (error as LibrdKafkaError).code !== codes.state) throw error;
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
