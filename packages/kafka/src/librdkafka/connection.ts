/** How to reach the brokers. `properties` are further librdkafka settings (`security.protocol`, `sasl.username`, …). */
export interface KafkaConnection {
  brokers: string;
  clientId: string;
  properties?: Record<string, string | number | boolean>;
  /** Told of every error the client reports on its own (a broker away, a refused login); it goes on by itself. */
  onError?: (error: KafkaClientError) => void;
}

/** A librdkafka error: `code` is Kafka's when positive, librdkafka's own when negative (`rdkafka.h`, rd_kafka_resp_err_t). */
export interface KafkaClientError {
  code: number;
  message: string;
}

/** Codes of `rd_kafka_resp_err_t` that this package tells apart. */
export const codes = {
  fatal: -150,
  state: -172,
  queueFull: -184,
  allBrokersDown: -187,
  unknownTopic: -188,
  unknownPartition: -190,
  unknownTopicOrPartition: 3,
  messageTooLarge: 10,
  topicAuthorizationFailed: 29,
  topicAlreadyExists: 36,
  invalidRecord: 87,
  assignPartitions: -175,
  revokePartitions: -174,
  autoOffsetReset: -140,
} as const;

/** Settings that producers, consumers and admin clients share. */
export function clientProperties({ brokers, clientId, properties }: KafkaConnection) {
  return {
    "bootstrap.servers": brokers,
    "client.id": clientId,
    // A broker that restarts is found again within a second (the default backs off to ten).
    "reconnect.backoff.ms": 100,
    "reconnect.backoff.max.ms": 1_000,
    "socket.keepalive.enable": true,
    ...properties,
  };
}
