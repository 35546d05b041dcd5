/** Offsets that share a chunk. */
export const chunkOffsets = 10_000n;

/** `topic/partition/offset div 10,000`: equality is the one predicate that every server answers by an index. */
export function chunkOf(topic: string, partition: number, offset: bigint): string {
  return `${topic}/${partition}/${offset / chunkOffsets}`;
}
