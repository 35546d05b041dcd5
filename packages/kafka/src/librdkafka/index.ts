export { describeTopics, ensureTopics, type TopicSpec, type TopicState } from "./admin.ts";
export { createBatchProducer } from "./batchProducer.ts";
export type { KafkaClientError, KafkaConnection } from "./connection.ts";
export {
  type ConsumedRecord,
  type ConsumerConfig,
  type ConsumerFault,
  createConsumer,
  type PartitionedConsumer,
  type RebalanceEvent,
} from "./consumer.ts";
export type { PartitionRef } from "./partitionRef.ts";
export { createProducer } from "./producer.ts";
