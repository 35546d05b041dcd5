import { Buffer } from "node:buffer";
import { Producer as Client, findErrorBy } from "@platformatic/kafka";
import { partitionForKey } from "./murmur2.ts";
import {
  DeliveryFailed,
  headerList,
  type Placement,
  type Producer,
  ProducerBusy,
  type ProducerLimits,
  producerLimitsDefault,
  type RecordToSend,
  recordBytesMax,
} from "./port.ts";

/** How to reach the brokers: `host:port`, comma separated; TLS and SASL as the client names them. */
export interface PlatformaticConnection {
  brokers: string;
  clientId: string;
  tls?: Record<string, unknown>;
  sasl?: { mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"; username: string; password: string };
}

/** A producer in TypeScript alone, for runtimes that cannot load librdkafka: idempotent, acks=all, murmur2 of the key. */
export function createProducer(connection: PlatformaticConnection, limits: Partial<ProducerLimits> = {}): Producer {
  return new PlatformaticProducer(connection, { ...producerLimitsDefault, ...limits });
}

type Pending = {
  record: RecordToSend;
  bytes: number;
  deadlineMs: number;
  resolve: (placement: Placement) => void;
  reject: (reason: Error) => void;
};

const retryDelayMs = 250;
const batchRecordsMax = 5_000;
/** A batch for one partition must stay below the broker's `message.max.bytes` (1,048,588 by default). */
const batchBytesMax = 1_000_000;
/** Room for a record's own fields in a batch (Kafka protocol, record batch format v2). */
const recordOverheadBytes = 64;

/** Errors of the protocol that a retry of the same record cannot mend. */
const lastingErrors = [
  "UNKNOWN_TOPIC_OR_PARTITION",
  "TOPIC_AUTHORIZATION_FAILED",
  "INVALID_RECORD",
  "MESSAGE_TOO_LARGE",
];

/** The records of one topic on their way. One batch at a time is under way, so that order and sequence numbers hold. */
type Lane = { queue: Pending[]; busy: boolean };

class PlatformaticProducer implements Producer {
  readonly #client: Client<Buffer, Buffer, Buffer, Buffer>;
  readonly #limits: ProducerLimits;
  readonly #lanes = new Map<string, Lane>();
  readonly #pending = new Set<Pending>();
  #keyless = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;
  #deadlineTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ brokers, clientId, tls, sasl }: PlatformaticConnection, limits: ProducerLimits) {
    this.#limits = limits;
    this.#client = new Client({
      clientId,
      bootstrapBrokers: brokers.split(","),
      idempotent: true,
      retries: Math.ceil(limits.deliveryTimeoutMs / retryDelayMs),
      retryDelay: retryDelayMs,
      connectTimeout: limits.readyTimeoutMs,
      timeout: limits.deliveryTimeoutMs,
      autocreateTopics: false,
      ...(tls ? { tls } : {}),
      ...(sasl ? { sasl } : {}),
    });
  }

  send(record: RecordToSend): Promise<Placement> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new DeliveryFailed("The producer is closed.", { retryable: true }));
      if (this.#pending.size >= this.#limits.inFlightMax) return reject(new ProducerBusy());
      const bytes = bytesOf(record);
      if (bytes > recordBytesMax) {
        const message = `The record has ${bytes} bytes; the largest is ${recordBytesMax}.`;
        return reject(new DeliveryFailed(message, { retryable: false }));
      }
      const deadlineMs = performance.now() + this.#limits.deliveryTimeoutMs;
      const pending: Pending = { record, bytes, deadlineMs, resolve, reject };
      this.#pending.add(pending);
      if (this.#deadlineTimer === undefined) this.#watchDeadlines();
      const lane = this.#laneOf(record.topic);
      lane.queue.push(pending);
      if (lane.queue.length === 1 && !lane.busy) setTimeout(() => void this.#drain(lane), this.#limits.lingerMs);
    });
  }

  async ready(): Promise<void> {
    if (this.#closed) throw new Error("The producer is closed.");
    const bound = this.#limits.readyTimeoutMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No broker answered within ${bound} ms.`)), bound);
    });
    // Without topics the client asks each time; with a cached answer a broker that went away would still look ready.
    const asked = this.#client.metadata({ topics: [], forceUpdate: true, retries: 0 });
    try {
      await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#limits.closeTimeoutMs);
        this.#whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const message = "The producer was closed before the record was acknowledged.";
    for (const pending of [...this.#pending]) this.#fail(pending, new DeliveryFailed(message, { retryable: true }));
    clearTimeout(this.#deadlineTimer);
    await this.#client.close(true);
  }

  #laneOf(topic: string): Lane {
    let lane = this.#lanes.get(topic);
    if (!lane) {
      lane = { queue: [], busy: false };
      this.#lanes.set(topic, lane);
    }
    return lane;
  }

  async #drain(lane: Lane): Promise<void> {
    if (lane.busy) return;
    lane.busy = true;
    while (lane.queue.length > 0) {
      const batch = takeBatch(lane).filter((pending) => this.#pending.has(pending));
      if (batch.length > 0) await this.#deliver(batch);
    }
    lane.busy = false;
  }

  /** Sends one batch of one topic and settles each of its records. */
  async #deliver(batch: Pending[]): Promise<void> {
    const topic = (batch[0] as Pending).record.topic;
    try {
      const metadata = await this.#client.metadata({ topics: [topic] });
      const count = metadata.topics.get(topic)?.partitionsCount ?? 0;
      const placed = batch.map((pending) => ({ pending, partition: this.#partitionOf(pending.record, count) }));
      const messages = placed.map(({ pending, partition }) => toMessage(pending.record, partition));
      const { offsets = [] } = await this.#client.send({ messages });
      // The broker answers with the first offset of each partition's batch; the others follow in the order sent.
      const next = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
      for (const { pending, partition } of placed) {
        const offset = next.get(partition);
        if (offset === undefined || offset < 0n) {
          this.#fail(
            pending,
            new DeliveryFailed("The record was acknowledged without an offset.", { retryable: true }),
          );
          continue;
        }
        next.set(partition, offset + 1n);
        if (this.#settle(pending)) pending.resolve({ topic, partition, offset });
      }
    } catch (cause) {
      const retryable = !lastingErrors.some((id) => findErrorBy(cause as Error, "apiId", id));
      const message = `The record was not delivered: ${(cause as Error).message}`;
      for (const pending of batch) this.#fail(pending, new DeliveryFailed(message, { retryable, cause }));
    }
  }

  #partitionOf({ key, partition }: RecordToSend, count: number): number {
    if (partition !== undefined) return partition;
    if (key !== null) return partitionForKey(key, count);
    this.#keyless += 1;
    return this.#keyless % count;
  }

  /** Fails what has waited too long. The oldest record comes first in the set, so one timer serves all of them. */
  #watchDeadlines(): void {
    const [oldest] = this.#pending;
    this.#deadlineTimer = undefined;
    if (!oldest) return;
    this.#deadlineTimer = setTimeout(
      () => {
        const nowMs = performance.now();
        const message = `The record was not acknowledged within ${this.#limits.deliveryTimeoutMs} ms.`;
        for (const pending of this.#pending) {
          if (pending.deadlineMs > nowMs) break;
          this.#fail(pending, new DeliveryFailed(message, { retryable: true }));
        }
        this.#watchDeadlines();
      },
      Math.max(oldest.deadlineMs - performance.now(), 1),
    );
  }

  #fail(pending: Pending, reason: Error): void {
    if (this.#settle(pending)) pending.reject(reason);
  }

  #settle(pending: Pending): boolean {
    const wasOpen = this.#pending.delete(pending);
    if (wasOpen && this.#pending.size === 0) this.#whenIdle?.();
    return wasOpen;
  }
}

function takeBatch(lane: Lane): Pending[] {
  let bytes = 0;
  let count = 0;
  for (const pending of lane.queue) {
    bytes += pending.bytes;
    if (count > 0 && (bytes > batchBytesMax || count >= batchRecordsMax)) break;
    count += 1;
  }
  return lane.queue.splice(0, count);
}

function toMessage(record: RecordToSend, partition: number) {
  const { topic, key, value } = record;
  return {
    topic,
    partition,
    ...(key === null ? {} : { key: toBuffer(key) }),
    value: toBuffer(value),
    headers: new Map(headerList(record).map(([name, content]) => [Buffer.from(name), toBuffer(content)])),
  };
}

function toBuffer(content: string | Uint8Array): Buffer {
  if (typeof content === "string") return Buffer.from(content);
  return Buffer.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength);
}

function bytesOf(record: RecordToSend): number {
  const { key, value } = record;
  const inHeaders = headerList(record).map(([name, content]) => name.length + Buffer.byteLength(content));
  return value.byteLength + Buffer.byteLength(key ?? "") + inHeaders.reduce((a, b) => a + b, 0) + recordOverheadBytes;
}
