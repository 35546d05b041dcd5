import type { LibrdKafkaError, Producer as NativeProducer } from "@confluentinc/kafka-javascript";
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
} from "../port.ts";
import { clientProperties, codes, type KafkaConnection } from "./connection.ts";
import { native as addon } from "./native.ts";

/** What was sent together and is not yet acknowledged: the last acknowledgement resolves it, the first failure rejects it. */
type Pending = { left: number; resolve: (placement: Placement) => void; reject: (reason: Error) => void };

/** Failures that a retry of the same record cannot mend. */
const lastingCodes: ReadonlySet<number> = new Set([
  codes.messageTooLarge,
  codes.invalidRecord,
  codes.topicAuthorizationFailed,
  codes.unknownTopic,
  codes.unknownTopicOrPartition,
  codes.unknownPartition,
]);

const queueKilobytesMax = 65_536;

/**
 * A producer over librdkafka: idempotent, acks=all, Java's murmur2 of the key. It connects at the first `ready()` and
 * again after a fatal error; until then sends are refused with a retryable `DeliveryFailed`.
 */
export function createProducer(connection: KafkaConnection, limits: Partial<ProducerLimits> = {}): Producer {
  return new LibrdkafkaProducer(connection, { ...producerLimitsDefault, ...limits });
}

class LibrdkafkaProducer implements Producer {
  readonly #connection: KafkaConnection;
  readonly #limits: ProducerLimits;
  readonly #pending = new Set<Pending>();
  #native: NativeProducer | undefined;
  #connecting: Promise<NativeProducer> | undefined;
  #closed = false;

  constructor(connection: KafkaConnection, limits: ProducerLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  send(record: RecordToSend): Promise<Placement> {
    return this.#send([record]);
  }

  async sendAll(records: readonly RecordToSend[]): Promise<void> {
    if (records.length > 0) await this.#send(records);
  }

  #send(records: readonly RecordToSend[]): Promise<Placement> {
    return new Promise((resolve, reject) => {
      const native = this.#native;
      if (!native) {
        if (!this.#closed) this.#connect().catch(() => {});
        const message = this.#closed ? "The producer is closed." : "No broker has been reached yet.";
        reject(new DeliveryFailed(message, { retryable: true }));
        return;
      }
      const pending = { left: records.length, resolve, reject };
      this.#pending.add(pending);
      try {
        for (const record of records) {
          const { topic, partition, value } = record;
          const bytes = viewOf(value);
          native.produce(topic, partition ?? null, bytes, keyOf(record), undefined, pending, headersOf(record));
        }
      } catch (error) {
        this.#pending.delete(pending);
        reject(reasonOf(error as LibrdKafkaError));
      }
    });
  }

  async ready(): Promise<void> {
    if (this.#closed) throw new Error("The producer is closed.");
    const native = this.#native ?? (await this.#connect());
    const timeout = this.#limits.readyTimeoutMs;
    await new Promise<void>((resolve, reject) => {
      native.getMetadata({ allTopics: false, timeout }, (error) =>
        error ? reject(new Error(`No broker answered within ${timeout} ms.`, { cause: error })) : resolve(),
      );
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connecting?.catch(() => {});
    const native = this.#native;
    this.#native = undefined;
    if (native) await new Promise<void>((resolve) => native.disconnect(this.#limits.closeTimeoutMs, () => resolve()));
    this.#abandon("The producer was closed before the record was acknowledged.");
  }

  /** One connection attempt at a time; everyone who needs one shares it. */
  #connect(): Promise<NativeProducer> {
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  #open(): Promise<NativeProducer> {
    const native = new addon.Producer({
      ...clientProperties(this.#connection),
      acks: -1,
      "enable.idempotence": true,
      partitioner: "murmur2_random",
      "linger.ms": this.#limits.lingerMs,
      "delivery.timeout.ms": this.#limits.deliveryTimeoutMs,
      "request.timeout.ms": this.#limits.deliveryTimeoutMs,
      "queue.buffering.max.messages": this.#limits.inFlightMax,
      "queue.buffering.max.kbytes": queueKilobytesMax,
      "message.max.bytes": recordBytesMax,
      // A topic made in passing would lack its settings (LogAppendTime above all).
      "allow.auto.create.topics": false,
      dr_cb: true,
    });
    native.on("delivery-report", (error, report) => {
      const pending = report.opaque as Pending;
      if (!this.#pending.has(pending)) return;
      if (error) {
        this.#pending.delete(pending);
        pending.reject(reasonOf(error));
        if (error.code === codes.fatal) this.#retire(native);
        return;
      }
      pending.left -= 1;
      if (pending.left > 0) return;
      this.#pending.delete(pending);
      if (report.offset < 0) {
        // The broker knew the batch as a repeat and had forgotten its offset: stored, but where is not known.
        pending.reject(new DeliveryFailed("The record was acknowledged without an offset.", { retryable: true }));
      } else {
        pending.resolve({ topic: report.topic, partition: report.partition, offset: BigInt(report.offset) });
      }
    });
    native.on("event.error", (error) => {
      this.#connection.onError?.({ code: error.code, message: error.message });
      if (error.code === codes.fatal) this.#retire(native);
    });
    const timeout = this.#limits.readyTimeoutMs;
    return new Promise((resolve, reject) => {
      native.connect({ allTopics: false, timeout }, (error) => {
        if (error) return reject(new Error(`No broker answered within ${timeout} ms.`, { cause: error }));
        // Delivery reports are taken up by librdkafka's own thread and handed over in groups, without a timer here.
        native.setPollInBackground(true);
        this.#native = native;
        resolve(native);
      });
    });
  }

  /** An idempotent producer cannot go on after a fatal error: the next `ready()` or `send()` makes another one. */
  #retire(native: NativeProducer): void {
    if (this.#native !== native) return;
    this.#native = undefined;
    this.#abandon("The producer met a fatal error and is being replaced.");
    native.disconnect(0, () => {});
  }

  #abandon(message: string): void {
    const abandoned = [...this.#pending];
    this.#pending.clear();
    for (const { reject } of abandoned) reject(new DeliveryFailed(message, { retryable: true }));
  }
}

/** Bytes, because the addon cuts a string at its first U+0000; except an empty key, which as bytes it takes for none. */
function keyOf({ key }: RecordToSend): Buffer | string | null {
  if (key === null) return null;
  if (key.length === 0) return "";
  return typeof key === "string" ? Buffer.from(key) : viewOf(key);
}

function headersOf(record: RecordToSend) {
  if (!record.headers) return undefined;
  return headerList(record).map(([name, value]) => ({ [name]: typeof value === "string" ? value : viewOf(value) }));
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function reasonOf(error: LibrdKafkaError): Error {
  if (error.code === codes.queueFull) return new ProducerBusy({ cause: error });
  return new DeliveryFailed(`The record was not delivered: ${error.message}`, {
    retryable: !lastingCodes.has(error.code),
    cause: error,
  });
}
