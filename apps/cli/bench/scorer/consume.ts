import { topics } from "@scoreline/contracts";
import { perSecond } from "../figures.ts";
import { librdkafka } from "./librdkafka.ts";

const { name: topic, partitions } = topics.creditApplications;

/** Records asked for at once. */
const batchMax = 2_000;
const batchMsMax = 1_000;
/** Empty answers after which the records are missing. */
const emptyMax = 30;
const connectMsMax = 10_000;

// What the addon has and its type declarations leave out.
type Native = InstanceType<typeof librdkafka.KafkaConsumer> & {
  setDefaultIsTimeoutOnlyForFirstMessage(only: boolean): void;
};

/**
 * Reads the first `count` records of the topic by plain `consume(n)`, and only counts them: records a second, from the
 * first batch to the last. It is what the client alone can bring into Node on this machine.
 */
export async function consumeRate(brokers: string, count: number): Promise<number> {
  const consumer = new librdkafka.KafkaConsumer({
    "bootstrap.servers": brokers,
    "group.id": "bench-consume",
    "enable.auto.commit": false,
    "enable.auto.offset.store": false,
    "auto.offset.reset": "error",
    // Whoever reads this fast finds the queue full; the client would look again after a second.
    "fetch.queue.backoff.ms": 10,
  } as ConstructorParameters<typeof librdkafka.KafkaConsumer>[0]) as Native;
  await new Promise<void>((resolve, reject) => {
    consumer.connect({ allTopics: false, timeout: connectMsMax }, (error) =>
      error ? reject(new Error("No broker answered.", { cause: error })) : resolve(),
    );
  });
  consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
  consumer.setDefaultConsumeTimeout(batchMsMax);
  consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })));
  const next = () =>
    new Promise<number>((resolve, reject) => {
      consumer.consume(batchMax, (error, messages) => (error ? reject(error) : resolve(messages.length)));
    });
  try {
    let first = 0;
    for (let empty = 0; first === 0; empty += 1) {
      if (empty === emptyMax) throw new Error(`The topic gave none of ${count} records.`);
      first = await next();
    }
    const startMs = performance.now();
    let read = first;
    for (let empty = 0; read < count; ) {
      const more = await next();
      empty = more === 0 ? empty + 1 : 0;
      if (empty === emptyMax) throw new Error(`The topic gave ${read} of ${count} records.`);
      read += more;
    }
    return perSecond(read - first, performance.now() - startMs);
  } finally {
    await new Promise<void>((resolve) => consumer.disconnect(() => resolve()));
  }
}
