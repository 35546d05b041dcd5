export interface PartitionRef {
  topic: string;
  partition: number;
}

/** `topic/partition`. */
export function nameOf({ topic, partition }: PartitionRef): string {
  return `${topic}/${partition}`;
}
