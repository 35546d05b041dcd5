import { setImmediate as turn } from "node:timers/promises";
import type { LibrdKafkaError, Producer as NativeProducer } from "@confluentinc/kafka-javascript";
import {
  type BatchProducer,
  DeliveryFailed,
  type ProducerLimits,
  producerLimitsDefault,
  type RecordToSend,
} from "../port.ts";
import type { KafkaConnection } from "./connection.ts";
import { ProducerClient, produce, reasonOf } from "./producerClient.ts";

/** Every record is acknowledged or given up by its delivery timeout; the rest is for telling of it. */
const flushGraceMs = 5_000;

/**
 * A producer over librdkafka that tells of what is sent together as a whole. The addon reports 100 records in a turn of the
 * event loop, each as an object of its own; here it reports failures alone, and acknowledged is what left the queue without
 * one.
 */
export function createBatchProducer(connection: KafkaConnection, limits: Partial<ProducerLimits> = {}): BatchProducer {
  return new LibrdkafkaBatchProducer(connection, { ...producerLimitsDefault, ...limits });
}

class LibrdkafkaBatchProducer implements BatchProducer {
  readonly #client: ProducerClient;
  readonly #flushMsMax: number;
  /** The round under way, and those behind it. */
  #rounds: Promise<void> = Promise.resolve();
  /** The first failure of the round under way. */
  #failure: Error | undefined;

  constructor(connection: KafkaConnection, limits: ProducerLimits) {
    this.#flushMsMax = limits.deliveryTimeoutMs + flushGraceMs;
    this.#client = new ProducerClient(connection, limits, {
      onlyFailures: true,
      onReport: (error) => {
        if (error) this.#failure ??= reasonOf(error);
      },
      onAbandoned: (message) => {
        this.#failure ??= new DeliveryFailed(message, { retryable: true });
      },
    });
  }

  async sendAll(records: readonly RecordToSend[]): Promise<void> {
    if (records.length === 0) return;
    // One after the other, since all that is queued is acknowledged together.
    const round = this.#rounds.then(() => this.#round(records));
    this.#rounds = round.catch(() => {});
    await round;
  }

  ready(): Promise<void> {
    return this.#client.ready();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Sends, and resolves once all is acknowledged; rejects with the first failure. */
  async #round(records: readonly RecordToSend[]): Promise<void> {
    this.#failure = undefined;
    const native = this.#client.current();
    try {
      for (const record of records) produce(native, record);
    } catch (error) {
      this.#failure ??= reasonOf(error as LibrdKafkaError);
    }
    await this.#flush(native);
    if (this.#failure) throw this.#failure;
  }

  /** Waits until the queue is empty, and until the failures that this took are told. */
  async #flush(native: NativeProducer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      native.flush(this.#flushMsMax, (error) => (error ? reject(reasonOf(error)) : resolve()));
    });
    // A failure was handed to this thread before the queue was empty. The turn under way may have passed it; the next takes it.
    await turn();
    await turn();
  }
}
