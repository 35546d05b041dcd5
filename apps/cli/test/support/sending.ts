import { topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";

/** Appends applications, each by its user's key or to the partition named, in the order given; resolves when the broker has them. */
export async function send(brokers: string, values: readonly { user_id: string; partition?: number }[]): Promise<void> {
  const producer = createProducer({ brokers, clientId: "scoreline-test" });
  await producer.ready();
  try {
    const topic = topics.creditApplications.name;
    const sends = values.map(({ partition, ...value }) =>
      producer.send({
        topic,
        key: value.user_id,
        value: Buffer.from(JSON.stringify(value)),
        ...(partition === undefined ? {} : { partition }),
      }),
    );
    await Promise.all(sends);
  } finally {
    await producer.close();
  }
}

/** An application of a user, good enough to be approved. */
export function application(id: string, user: string, over: object = {}) {
  const facts = { credit_score: 700, loan_amount: 1_000, timestamp: 1_767_225_600, device_id: "d" };
  return { application_id: id, user_id: user, ...facts, ...over };
}
