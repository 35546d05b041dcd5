import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { AdminClient, KafkaConsumer, LibrdKafkaError, Producer } from "@confluentinc/kafka-javascript";

const topic = "__scoreline_readiness";
const connectMsMax = 1_000;
const stepMsMax = 5_000;

/**
 * Resolves when a record has been produced to the broker and read back from it, through librdkafka as the apps do it;
 * rejects with the step that failed. The topic is the probe's own.
 */
export async function kafkaAnswers(port: number): Promise<void> {
  // librdkafka waits longer and longer between attempts at a closed port; a plain connection tells at once.
  await opens(port);
  // Loaded here: the set-up imports this package before the addon is there.
  const { default: kafka } = await import("@confluentinc/kafka-javascript");
  const broker = { "metadata.broker.list": `127.0.0.1:${port}`, "socket.timeout.ms": stepMsMax };
  const quiet = { ...broker, log_level: 0 };
  const producer = new kafka.HighLevelProducer({ ...quiet, "message.timeout.ms": stepMsMax, "linger.ms": 0 }, {});
  const consumer = new kafka.KafkaConsumer(
    { ...quiet, "group.id": topic, "enable.auto.commit": false, "fetch.wait.max.ms": 50 },
    {},
  );
  try {
    await Promise.all([connected(producer), connected(consumer)]);
    await ensureTopic(kafka.AdminClient.createFrom(producer));
    const mark = randomUUID();
    const offset = await produce(producer, mark);
    consumer.assign([{ topic, partition: 0, offset }]);
    await readBack(consumer, mark);
  } finally {
    await Promise.all([disconnected(producer), disconnected(consumer)]);
  }
}

function opens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: connectMsMax });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no connection within ${connectMsMax} ms`)));
    socket.once("error", reject);
  });
}

function connected(client: Producer | KafkaConsumer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.connect({ timeout: stepMsMax }, (error) => (error ? reject(asError("connect", error)) : resolve()));
  });
}

function disconnected(client: Producer | KafkaConsumer): Promise<void> {
  return new Promise((resolve) => {
    if (!client.isConnected()) return resolve();
    client.disconnect(() => resolve());
  });
}

function ensureTopic(admin: ReturnType<typeof AdminClient.create>): Promise<void> {
  const config = { "retention.ms": "3600000", "segment.ms": "3600000" };
  return new Promise((resolve, reject) => {
    admin.createTopic({ topic, num_partitions: 1, replication_factor: 1, config }, stepMsMax, (error) => {
      // 36: TOPIC_ALREADY_EXISTS, the usual answer.
      if (error && error.code !== 36) reject(asError("create topic", error));
      else resolve();
    });
  });
}

function produce(producer: Producer, mark: string): Promise<number> {
  return new Promise((resolve, reject) => {
    producer.produce(
      topic,
      0,
      Buffer.from(mark),
      null,
      null,
      (error: LibrdKafkaError | null, offset?: number | null) => {
        if (error || typeof offset !== "number") reject(asError("produce", error));
        else resolve(offset);
      },
    );
  });
}

async function readBack(consumer: KafkaConsumer, mark: string): Promise<void> {
  for (const deadline = Date.now() + stepMsMax; Date.now() < deadline; await pause(10)) {
    const values = await new Promise<string[]>((resolve, reject) => {
      // One at a time: a call for more would wait a second for the others.
      consumer.consume(1, (error, messages) =>
        error ? reject(asError("consume", error)) : resolve(messages.map(({ value }) => value?.toString() ?? "")),
      );
    });
    if (values.includes(mark)) return;
  }
  throw new Error(`the produced record was not read back within ${stepMsMax} ms`);
}

function asError(step: string, error: LibrdKafkaError | Error | null): Error {
  return new Error(`${step}: ${error?.message ?? "no answer"}`, { cause: error });
}
