import { partitionForKey } from "./murmur2.ts";
import type { BatchProducer, Placement, Producer, RecordToSend } from "./port.ts";

export interface MemoryProducerOptions {
  /** Partitions of every topic. */
  partitions?: number;
  /** Called before a record is stored: the error it gives is what `send` rejects with; it may also wait. */
  fault?: (record: RecordToSend) => Error | undefined | Promise<Error | undefined>;
  /** What `ready()` rejects with, asked at each call. */
  notReady?: () => Error | undefined;
}

export type StoredRecord = RecordToSend & { offset: bigint; partition: number };

/** A producer that keeps its records in memory, for tests: topics, partitions and offsets as a broker has them. */
export class MemoryProducer implements Producer, BatchProducer {
  readonly #options: MemoryProducerOptions;
  readonly #partitions = new Map<string, StoredRecord[][]>();
  #keyless = 0;
  closed = false;

  constructor(options: MemoryProducerOptions = {}) {
    this.#options = options;
  }

  async send(record: RecordToSend): Promise<Placement> {
    const error = await this.#options.fault?.(record);
    if (error) throw error;
    const log = this.#logOf(record);
    const stored = { ...record, partition: log.partition, offset: BigInt(log.records.length) };
    log.records.push(stored);
    return { topic: stored.topic, partition: stored.partition, offset: stored.offset };
  }

  async sendAll(records: readonly RecordToSend[]): Promise<void> {
    for (const record of records) await this.send(record);
  }

  async ready(): Promise<void> {
    const error = this.#options.notReady?.();
    if (error) throw error;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Every record of a topic, by partition and then by offset. */
  records(topic: string): StoredRecord[] {
    return (this.#partitions.get(topic) ?? []).flat();
  }

  #logOf({ topic, key, partition }: RecordToSend) {
    const count = this.#options.partitions ?? 6;
    let logs = this.#partitions.get(topic);
    if (!logs) {
      logs = Array.from({ length: count }, () => []);
      this.#partitions.set(topic, logs);
    }
    const chosen = partition ?? (key === null ? this.#keyless++ % count : partitionForKey(key, count));
    const records = logs[chosen];
    if (!records) throw new RangeError(`Topic ${topic} has no partition ${chosen}.`);
    return { partition: chosen, records };
  }
}
