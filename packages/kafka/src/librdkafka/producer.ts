import type { LibrdKafkaError } from "@confluentinc/kafka-javascript";
import {
  DeliveryFailed,
  type Placement,
  type Producer,
  type ProducerLimits,
  producerLimitsDefault,
  type RecordToSend,
} from "../port.ts";
import type { KafkaConnection } from "./connection.ts";
import { ProducerClient, produce, reasonOf } from "./producerClient.ts";

/** A record that is not yet acknowledged. */
type Pending = { resolve: (placement: Placement) => void; reject: (reason: Error) => void };

/** A producer over librdkafka that tells where each record lies. Until it has connected, sends are refused (retryable). */
export function createProducer(connection: KafkaConnection, limits: Partial<ProducerLimits> = {}): Producer {
  return new LibrdkafkaProducer(connection, { ...producerLimitsDefault, ...limits });
}

class LibrdkafkaProducer implements Producer {
  readonly #client: ProducerClient;
  readonly #pending = new Set<Pending>();

  constructor(connection: KafkaConnection, limits: ProducerLimits) {
    this.#client = new ProducerClient(connection, limits, {
      onlyFailures: false,
      onReport: (error, { topic, partition, offset, opaque }) => {
        const pending = opaque as Pending;
        if (!this.#pending.delete(pending)) return;
        if (error) pending.reject(reasonOf(error));
        else if (offset >= 0) pending.resolve({ topic, partition, offset: BigInt(offset) });
        // The broker knew the batch as a repeat and had forgotten its offset: stored, but where is not known.
        else pending.reject(new DeliveryFailed("The record was acknowledged without an offset.", { retryable: true }));
      },
      onAbandoned: (message) => {
        for (const { reject } of this.#pending) reject(new DeliveryFailed(message, { retryable: true }));
        this.#pending.clear();
      },
    });
  }

  async send(record: RecordToSend): Promise<Placement> {
    const native = this.#client.current();
    return new Promise((resolve, reject) => {
      const pending = { resolve, reject };
      this.#pending.add(pending);
      try {
        produce(native, record, pending);
      } catch (error) {
        this.#pending.delete(pending);
        reject(reasonOf(error as LibrdKafkaError));
      }
    });
  }

  ready(): Promise<void> {
    return this.#client.ready();
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
