import type { Database } from "./connect.ts";
import type { Place } from "./settlementRows.ts";

/** How far a projection that goes its own pace has come on a partition: at first, to the partition's own beginning. */
export async function readCursor(sql: Database, projection: string, { topic, partition }: Place): Promise<bigint> {
  const [row] = await sql<{ next_offset: bigint }[]>`
    select coalesce(cursors.next_offset, offsets.start_offset) as next_offset
    from stream_offsets as offsets
    left join projection_cursors as cursors
      on cursors.topic = offsets.topic and cursors.partition = offsets.partition and projection = ${projection}
    where offsets.topic = ${topic} and offsets.partition = ${partition}`;
  return row?.next_offset ?? 0n;
}

/** Records that everything below `offset` is acknowledged. It never falls: an earlier holder that is late changes nothing. */
export async function advanceCursor(
  sql: Database,
  projection: string,
  { topic, partition }: Place,
  offset: bigint,
): Promise<void> {
  await sql`
    insert into projection_cursors as held (projection, topic, partition, next_offset)
    values (${projection}, ${topic}, ${partition}, ${offset})
    on conflict (projection, topic, partition) do update
      set next_offset = greatest(held.next_offset, excluded.next_offset), updated_at = now()`;
}
