import { setTimeout as wait } from "node:timers/promises";
import { codes, type KafkaClientError, type KafkaConnection } from "./connection.ts";
import { ConsumerClient } from "./consumerClient.ts";
import { nameOf, type PartitionRef } from "./partitionRef.ts";

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

export type Polled = { records: ConsumedRecord[]; errors: ConsumerFault[] };

/** A group member whose offsets are kept by its user: every assignment names the offset to start from. */
export interface PartitionedConsumer {
  /** Rejects when no broker answers in some seconds; it may be tried again. */
  connect(): Promise<void>;
  subscribe(topics: string[]): void;
  /**
   * Up to `countMax` records (500 to 5,000 is quickest), waiting at most `timeoutMsMax` for the first.
   * Must be called at least every `maxPollIntervalMs`, also while every partition is paused. Nothing comes while no broker has
   * been reached.
   */
  poll(countMax: number, timeoutMsMax: number): Promise<Polled>;
  /** Rebalance events since the last call, in order. Each must be answered, by `assign` or by `unassign`. */
  takeRebalances(): RebalanceEvent[];
  /**
   * Answers an `assigned` event; or puts partitions that were unassigned for it at another offset. None is paused. Those that
   * were lost meanwhile are left out.
   */
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
  /** The offset after the partition's last, as the fetches have told of it last; undefined when they have not. Asks nobody. */
  knownEnd(topic: string, partition: number): bigint | undefined;
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

const connectTimeoutMs = 10_000;
/** What an attempt to connect a client that takes another's place may last, since closing waits for it; and the next one. */
const reconnectTimeoutMs = 5_000;
const reconnectPauseMs = 500;

/** A consumer over librdkafka's `consume(n)`, with cooperative rebalancing and explicit offsets. */
export function createConsumer(config: ConsumerConfig): PartitionedConsumer {
  return new LibrdkafkaConsumer(config);
}

/** Goes on with another client when one has lost every broker; to its user that is a `lost` event like any other. */
class LibrdkafkaConsumer implements PartitionedConsumer {
  readonly #config: ConsumerConfig;
  #client: ConsumerClient;
  #topics: string[] = [];
  #rebalances: RebalanceEvent[] = [];
  /** What the present client was given by the group, as far as its user was told, by `topic/partition`. */
  readonly #given = new Map<string, PartitionRef>();
  #connecting: Promise<void> = Promise.resolve();
  /** Resolves once the clients that were replaced are closed. */
  #replaced: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(config: ConsumerConfig) {
    this.#config = config;
    this.#client = this.#make();
  }

  #make(): ConsumerClient {
    const client: ConsumerClient = new ConsumerClient(this.#config, {
      onRebalance: (event) => this.#rebalances.push(event),
      onLost: () => this.#replace(client),
    });
    return client;
  }

  connect(): Promise<void> {
    this.#connecting = this.#connect(connectTimeoutMs);
    return this.#connecting;
  }

  async #connect(timeoutMs: number): Promise<void> {
    try {
      await this.#client.connect(timeoutMs);
    } catch (error) {
      // The addon crashes when a client that failed to connect is connected again and then closed (1.10.1).
      this.#client = this.#make();
      throw error;
    }
    if (this.#topics.length > 0) this.#client.subscribe(this.#topics);
  }

  subscribe(topics: string[]): void {
    this.#topics = topics;
    if (this.#client.isConnected) this.#client.subscribe(topics);
  }

  poll(countMax: number, timeoutMsMax: number): Promise<Polled> {
    return this.#client.poll(countMax, timeoutMsMax);
  }

  takeRebalances(): RebalanceEvent[] {
    for (const { kind, partitions } of this.#rebalances) {
      for (const partition of partitions) {
        if (kind === "assigned") this.#given.set(nameOf(partition), partition);
        else this.#given.delete(nameOf(partition));
      }
    }
    return this.#rebalances.splice(0);
  }

  assign(partitions: (PartitionRef & { offset: bigint })[]): void {
    const isMember = this.#topics.length > 0;
    // What the group has not given to the present client answers, too late, an event of one that was replaced.
    const own = isMember ? partitions.filter((partition) => this.#given.has(nameOf(partition))) : partitions;
    const isLate = isMember && (!this.#client.isConnected || (own.length === 0 && partitions.length > 0));
    if (!isLate) this.#client.assign(own);
  }

  unassign(partitions: PartitionRef[]): void {
    if (this.#client.isConnected) this.#client.unassign(partitions);
  }

  pause(partitions: PartitionRef[]): void {
    if (this.#client.isConnected) this.#client.pause(partitions);
  }

  resume(partitions: PartitionRef[]): void {
    if (this.#client.isConnected) this.#client.resume(partitions);
  }

  watermarks(topic: string, partition: number): Promise<{ low: bigint; high: bigint }> {
    return this.#client.watermarks(topic, partition);
  }

  knownEnd(topic: string, partition: number): bigint | undefined {
    return this.#client.knownEnd(topic, partition);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#connecting.catch(() => {});
    this.#rebalances = [];
    await Promise.all([this.#replaced, this.#client.close()]);
  }

  /** Tells what is lost with a client that cannot go on, and has another one take its place. */
  #replace(client: ConsumerClient): void {
    if (this.#closing) return;
    const untold = this.#rebalances.flatMap(({ kind, partitions }) => (kind === "assigned" ? [] : partitions));
    const lost = [...untold, ...this.#given.values(), ...client.assigned];
    const partitions = [...new Map(lost.map((partition) => [nameOf(partition), partition])).values()];
    this.#rebalances = partitions.length > 0 ? [{ kind: "lost", partitions }] : [];
    this.#given.clear();
    const { onError } = this.#config;
    const message = "The consumer knows no broker any more and is being replaced.";
    onError?.({ code: codes.allBrokersDown, message });
    const closed = client.close().catch((error: KafkaClientError) => onError?.(error));
    this.#replaced = Promise.all([this.#replaced, closed]);
    this.#client = this.#make();
    this.#connecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    while (!this.#closing) {
      const isConnected = await this.#connect(reconnectTimeoutMs).then(
        () => true,
        () => false,
      );
      if (isConnected) return;
      await wait(reconnectPauseMs);
    }
  }
}
