/** A Kafka topic as the system needs it. `partitions` is for creation; a topic that exists with another count is refused. */
export type TopicDefinition = { name: string; partitions: number; config: Record<string, string> };

const day = 24 * 60 * 60 * 1000;

function topic(name: string, retentionMs: number): TopicDefinition {
  // The broker's clock orders windows (LogAppendTime), so a sender's timestamp changes nothing.
  const config = {
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": String(retentionMs),
    "cleanup.policy": "delete",
  };
  return { name, partitions: 6, config };
}

export const topics = {
  creditApplications: topic("credit_applications", 7 * day),
  transactions: topic("transactions", 7 * day),
  creditDecisions: topic("credit_decisions", 7 * day),
  deadLetters: topic("dead_letters", 90 * day),
} as const;
