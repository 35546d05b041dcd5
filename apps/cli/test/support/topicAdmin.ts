import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { tools } from "@scoreline/stack";

const program = `
import sys
from kafka.admin import KafkaAdminClient, NewPartitions
from kafka.structs import TopicPartition
admin = KafkaAdminClient(bootstrap_servers=sys.argv[1])
topic, act, number, offset = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
if act == "truncate": admin.delete_records({TopicPartition(topic, number): offset})
if act == "partition": admin.create_partitions({topic: NewPartitions(number)})
if act == "delete": admin.delete_topics([topic])
admin.close()
`;

/** What an operator can do to a topic, done by a client that is none of ours. */
export function topicAdmin(brokers: string, topic: string) {
  const run = async (act: string, number = 0, offset = 0n) => {
    const args = ["-c", program, brokers, topic, act, String(number), String(offset)];
    await promisify(execFile)(tools().python, args);
  };
  return {
    /** Deletes a partition's records below an offset. */
    truncate: (partition: number, offset: bigint) => run("truncate", partition, offset),
    /** Raises the number of partitions. */
    repartition: (partitions: number) => run("partition", partitions),
    delete: () => run("delete"),
  };
}
