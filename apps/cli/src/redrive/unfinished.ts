import { deadLetterHeaders } from "@scoreline/contracts";
import { type Database, openRedrives } from "@scoreline/stores/postgres";
import type { TopicRange } from "../topicRanges.ts";
import { sourceOf } from "./letters.ts";
import type { TopicReader } from "./topicReader.ts";

/**
 * What became of dead letters that an earlier command was about to put back when it died. `found` lie on their topic,
 * `absent` do not; of `unknown` nobody can say, because their topic no longer has the records of that time.
 */
export type Unfinished = {
  found: { deadLetterId: string; offset: bigint }[];
  absent: string[];
  unknown: string[];
};

const readCountMax = 2_000;

/** Looks on the topics for what was claimed and never recorded as put back. */
export async function findUnfinished(sql: Database, reader: TopicReader): Promise<Unfinished> {
  const open = await openRedrives(sql);
  const ranges: TopicRange[] = [];
  const unknown: string[] = [];
  for (const [topic, ofTopic] of groupBy(open, (one) => one.topic)) {
    const ends = await reader.ends(topic, sourceOf({ sourceTopic: topic })?.partitions ?? 0);
    for (const [partition, ofPartition] of groupBy(ofTopic, (one) => one.partition)) {
      const { low, high } = ends[partition] ?? { low: 0n, high: 0n };
      const readable = ofPartition.filter(({ fromOffset }) => fromOffset >= low && fromOffset <= high);
      unknown.push(...ofPartition.filter((one) => !readable.includes(one)).map(({ deadLetterId }) => deadLetterId));
      const [first] = readable.map(({ fromOffset }) => fromOffset).sort((a, b) => Number(a - b));
      if (first !== undefined) ranges.push({ topic, partition, from: first, end: high });
    }
  }
  const settled = new Set(unknown);
  const found: Unfinished["found"] = [];
  const wanted = new Map(open.map((one) => [one.deadLetterId, one]));
  for await (const records of reader.read(ranges, readCountMax)) {
    for (const { topic, partition, offset, headers } of records) {
      const deadLetterId = String(headers.find(([name]) => name === deadLetterHeaders.id)?.[1] ?? "");
      const claim = wanted.get(deadLetterId);
      if (claim?.topic !== topic || claim.partition !== partition || settled.has(deadLetterId)) continue;
      settled.add(deadLetterId);
      found.push({ deadLetterId, offset });
    }
  }
  return { found, absent: [...wanted.keys()].filter((id) => !settled.has(id)), unknown };
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
