import type { IAdminClient, LibrdKafkaError } from "@confluentinc/kafka-javascript";
import { clientProperties, codes, type KafkaConnection } from "./connection.ts";
import { native } from "./native.ts";

/** A topic as it should be. */
export interface TopicSpec {
  name: string;
  partitions: number;
  config: Record<string, string>;
}

/** A topic as it is. `topicId` changes when a topic is deleted and made again under the same name. */
export interface TopicState {
  topicId: string;
  partitions: number;
}

const requestTimeoutMs = 10_000;

/**
 * Makes the missing topics with their settings; a topic that is there stays as it is.
 * @throws when a topic is there with another number of partitions, because keys would move between partitions.
 */
export async function ensureTopics(
  connection: KafkaConnection,
  topics: readonly TopicSpec[],
  replicationFactor = 1,
): Promise<void> {
  await withAdmin(connection, async (admin) => {
    const names = topics.map((topic) => topic.name);
    const before = await describe(admin, names);
    for (const topic of topics.filter((wanted) => !before.has(wanted.name))) {
      await create(admin, topic, replicationFactor);
    }
    // A new topic's metadata reaches the brokers a moment after its creation was acknowledged.
    const after = await describeAll(admin, names);
    for (const { name, partitions } of topics) {
      const found = after.get(name)?.partitions;
      if (found === partitions) continue;
      throw new Error(
        `Topic ${name} has ${found} partitions and ${partitions} are configured: keys would move. ` +
          "Set the configured count to the topic's own, or use another topic.",
      );
    }
  });
}

/** The state of the topics that exist; a name that is missing from the map does not exist. */
export function describeTopics(
  connection: KafkaConnection,
  names: readonly string[],
): Promise<Map<string, TopicState>> {
  return withAdmin(connection, (admin) => describe(admin, names));
}

async function withAdmin<Result>(connection: KafkaConnection, work: (admin: IAdminClient) => Promise<Result>) {
  const admin = native.AdminClient.create(clientProperties(connection), {
    "event.error": (error: LibrdKafkaError) => connection.onError?.({ code: error.code, message: error.message }),
  });
  try {
    return await work(admin);
  } finally {
    admin.disconnect();
  }
}

function create(admin: IAdminClient, topic: TopicSpec, replicationFactor: number): Promise<void> {
  const request = {
    topic: topic.name,
    num_partitions: topic.partitions,
    replication_factor: replicationFactor,
    config: topic.config,
  };
  return new Promise((resolve, reject) => {
    admin.createTopic(request, requestTimeoutMs, (error) => {
      if (!error || error.code === codes.topicAlreadyExists) resolve();
      else reject(new Error(`Topic ${topic.name} could not be made: ${error.message}`, { cause: error }));
    });
  });
}

async function describeAll(admin: IAdminClient, names: readonly string[]): Promise<Map<string, TopicState>> {
  const deadlineMs = performance.now() + requestTimeoutMs;
  for (;;) {
    const found = await describe(admin, names);
    if (found.size === names.length || performance.now() > deadlineMs) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function describe(admin: IAdminClient, names: readonly string[]): Promise<Map<string, TopicState>> {
  return new Promise((resolve, reject) => {
    admin.describeTopics([...names], { timeout: requestTimeoutMs }, (error, topics) => {
      if (error) return reject(new Error(`The topics could not be described: ${error.message}`, { cause: error }));
      const states = new Map<string, TopicState>();
      for (const topic of topics) {
        if (topic.error?.code === codes.unknownTopicOrPartition) continue;
        if (topic.error)
          return reject(new Error(`Topic ${topic.name}: ${topic.error.message}`, { cause: topic.error }));
        // The addon names the field `base64`; its types say `base64str`.
        const topicId = (topic.topicId as unknown as { base64: string }).base64;
        states.set(topic.name, { topicId, partitions: topic.partitions.length });
      }
      resolve(states);
    });
  });
}
