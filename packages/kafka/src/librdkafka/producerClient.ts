import type { DeliveryReport, LibrdKafkaError, Producer as NativeProducer } from "@confluentinc/kafka-javascript";
import {
  DeliveryFailed,
  headerList,
  ProducerBusy,
  type ProducerLimits,
  type RecordToSend,
  recordBytesMax,
} from "../port.ts";
import { BrokerWatch } from "./brokerWatch.ts";
import { clientProperties, codes, type KafkaConnection } from "./connection.ts";
import { native as addon } from "./native.ts";
import { statisticsIntervalMs, statisticsOf } from "./statistics.ts";

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

export type ProducerEvents = {
  /** Hears of records that were acknowledged and of those that were not; or, with `onlyFailures`, of the latter alone. */
  onReport: (error: LibrdKafkaError | null, report: DeliveryReport) => void;
  /** Hears that what is not acknowledged by now never will be told of. */
  onAbandoned: (message: string) => void;
};

/**
 * A connected librdkafka producer: idempotent, acks=all, Java's murmur2 of the key. It connects at the first `ready()` or
 * `current()`, and again after a fatal error or once it has lost every broker.
 */
export class ProducerClient {
  readonly #connection: KafkaConnection;
  readonly #limits: ProducerLimits;
  readonly #events: ProducerEvents;
  readonly #onlyFailures: boolean;
  #native: NativeProducer | undefined;
  #connecting: Promise<NativeProducer> | undefined;
  #closed = false;

  constructor(
    connection: KafkaConnection,
    limits: ProducerLimits,
    options: ProducerEvents & { onlyFailures: boolean },
  ) {
    this.#connection = connection;
    this.#limits = limits;
    this.#events = options;
    this.#onlyFailures = options.onlyFailures;
  }

  /** The connected client. Throws a retryable `DeliveryFailed` while there is none, and begins to connect. */
  current(): NativeProducer {
    if (this.#native) return this.#native;
    if (!this.#closed) this.#connect().catch(() => {});
    const message = this.#closed ? "The producer is closed." : "No broker has been reached yet.";
    throw new DeliveryFailed(message, { retryable: true });
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
    this.#events.onAbandoned("The producer was closed before the record was acknowledged.");
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
      "delivery.report.only.error": this.#onlyFailures,
      "statistics.interval.ms": statisticsIntervalMs,
      dr_cb: true,
    });
    native.on("delivery-report", (error, report) => {
      this.#events.onReport(error, report);
      if (error?.code === codes.fatal) this.#retire(native, "met a fatal error");
    });
    native.on("event.error", (error) => {
      this.#connection.onError?.({ code: error.code, message: error.message });
      if (error.code === codes.fatal) this.#retire(native, "met a fatal error");
    });
    const watch = new BrokerWatch();
    native.on("event.stats", (stats) => {
      watch.observe(statisticsOf(stats));
      if (watch.isLost) this.#retire(native, "knows no broker any more");
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

  /** Ends a client that cannot go on: the next `ready()` or send makes another one. */
  #retire(native: NativeProducer, why: string): void {
    if (this.#native !== native) return;
    this.#native = undefined;
    this.#events.onAbandoned(`The producer ${why} and is being replaced.`);
    native.disconnect(0, () => {});
  }
}

/** Queues a record; `opaque` comes with its report. Throws when it is refused at once: see `reasonOf`. */
export function produce(native: NativeProducer, record: RecordToSend, opaque?: object): void {
  const { topic, partition, value } = record;
  native.produce(topic, partition ?? null, viewOf(value), keyOf(record), undefined, opaque, headersOf(record));
}

/** A failure of librdkafka's as the port has it. */
export function reasonOf(error: LibrdKafkaError): ProducerBusy | DeliveryFailed {
  if (error.code === codes.queueFull) return new ProducerBusy({ cause: error });
  return new DeliveryFailed(`The record was not delivered: ${error.message}`, {
    retryable: !lastingCodes.has(error.code),
    cause: error,
  });
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
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
