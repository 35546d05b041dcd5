import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { topics } from "@scoreline/contracts";
import { librdkafka } from "./librdkafka.ts";
import type { BenchRecord, Records } from "./records.ts";

const topic = topics.creditApplications.name;
const connectMsMax = 10_000;
const flushMsMax = 120_000;
/** So many records are queued between two looks at the clock and the queue. */
const sliceMax = 5_000;
const fullPauseMs = 5;
/** How long the queue may stay full before the broker is taken to be gone. */
const fullMsMax = 60_000;
/** A paced producer sends what is due this often. */
const tickMs = 5;

/** Sends records of the bench as a producer of a customer's own would: keyed by user, acknowledged by all replicas. */
export type Filler = {
  /** Queues so many records as fast as the client takes them, and resolves once all are acknowledged. */
  fill(records: Records, count: number): Promise<void>;
  /** Sends `perS` records a second for `ms`, evenly, and resolves with how many once all are acknowledged. */
  pace(records: Records, perS: number, ms: number): Promise<number>;
  close(): Promise<void>;
};

/** Connects a producer of plain librdkafka: batches as large as it likes, no report for each record. */
export async function connectFiller(brokers: string): Promise<Filler> {
  let failure: Error | undefined;
  const producer = new librdkafka.Producer({
    "bootstrap.servers": brokers,
    acks: -1,
    "enable.idempotence": true,
    partitioner: "murmur2_random",
    "linger.ms": 2,
    "queue.buffering.max.messages": 200_000,
    "allow.auto.create.topics": false,
    dr_cb: false,
  });
  producer.on("event.error", (error) => {
    // From any other the client recovers by itself.
    if (error.code !== librdkafka.CODES.ERRORS.ERR__FATAL) return;
    failure = new Error(`The producer failed: ${error.message}`, { cause: error });
  });
  await new Promise<void>((resolve, reject) => {
    producer.connect({ allTopics: false, timeout: connectMsMax }, (error) =>
      error ? reject(new Error("No broker answered.", { cause: error })) : resolve(),
    );
  });
  // Without it, what is acknowledged keeps its place in the queue until the next flush.
  producer.setPollInBackground(true);

  const flush = () =>
    new Promise<void>((resolve, reject) => {
      producer.flush(flushMsMax, (error) => (error || failure ? reject(failure ?? error) : resolve()));
    });

  async function send(record: BenchRecord): Promise<void> {
    const deadlineMs = performance.now() + fullMsMax;
    for (;;) {
      try {
        producer.produce(topic, null, Buffer.from(record.value), record.key);
        return;
      } catch (error) {
        if ((error as { code?: number }).code !== librdkafka.CODES.ERRORS.ERR__QUEUE_FULL) throw error;
        if (failure || performance.now() > deadlineMs) throw failure ?? error;
        await pause(fullPauseMs);
      }
    }
  }

  return {
    async fill(records, count) {
      for (let sent = 0; sent < count; sent += 1) {
        await send(records.next());
        if (sent % sliceMax === 0) await turn();
      }
      await flush();
    },
    async pace(records, perS, ms) {
      const startMs = performance.now();
      let sent = 0;
      for (let elapsedMs = 0; elapsedMs < ms; elapsedMs = performance.now() - startMs) {
        const due = Math.floor((perS * elapsedMs) / 1_000);
        for (; sent < due; sent += 1) await send(records.next());
        await pause(tickMs);
      }
      await flush();
      return sent;
    },
    close: () => new Promise((resolve) => producer.disconnect(connectMsMax, () => resolve())),
  };
}
