import type { Database } from "./connect.ts";

/** A partition as one process holds it. Offsets are Kafka's; times are broker milliseconds. */
export type HeldPartition = {
  topic: string;
  partition: number;
  epoch: bigint;
  nextOffset: bigint;
  projectedOffset: bigint;
  maxTMs: number;
};

/** Another process took the partition, or it moved on without us: nothing of this holder's may be written. */
export class Fenced extends Error {
  override readonly name = "Fenced";
  constructor(held: HeldPartition) {
    super(`Epoch ${held.epoch} no longer holds ${held.topic}/${held.partition} at offset ${held.nextOffset}.`);
  }
}

/** The topic is not the one whose offsets were recorded: it was deleted and made again. */
export class SourceChanged extends Error {
  override readonly name = "SourceChanged";
}

type Row = { topic_id: string; epoch: bigint; next_offset: bigint; projected_offset: bigint; max_t_ms: bigint };

type Source = { topic: string; partition: number; topicId: string; firstOffset: bigint };

/** How long an earlier holder's commit may go on once the partition is taken. */
const commitMsMax = 5_000;

/** What Postgres gives up a wait for a lock with (SQLSTATE, `lock_not_available`). */
const lockNotAvailable = "55P03";

/**
 * Takes a partition: every earlier holder is fenced off from now on. A partition never seen before begins at
 * `firstOffset`. A commit of an earlier holder's that is under way is waited for; one that does not end, since its process
 * stands still, is ended with its connection, after 5 s. Throws `SourceChanged` when its offsets were recorded for another
 * incarnation of the topic.
 */
export async function takePartition(sql: Database, source: Source): Promise<HeldPartition> {
  const { topic, partition, topicId } = source;
  let row: Row | undefined;
  try {
    row = await takeRow(sql, source);
  } catch (error) {
    if ((error as { code?: unknown }).code !== lockNotAvailable) throw error;
    await endHolder(sql, source);
    row = await takeRow(sql, source);
  }
  if (!row) {
    throw new SourceChanged(
      `${topic}/${partition}: the topic's id is ${topicId}, but its offsets were recorded for another one. The topic was ` +
        "deleted and made again; its new records are not read until stream_offsets is settled by hand.",
    );
  }
  return {
    topic,
    partition,
    epoch: row.epoch,
    nextOffset: row.next_offset,
    projectedOffset: row.projected_offset,
    maxTMs: Number(row.max_t_ms),
  };
}

async function takeRow(sql: Database, { topic, partition, topicId, firstOffset }: Source): Promise<Row | undefined> {
  // The bound is set within the statement, for it alone: read before the row is, and gone with its transaction.
  const [row] = await sql<Row[]>`
    insert into stream_offsets as held
      (topic, partition, topic_id, epoch, start_offset, next_offset, projected_offset, max_t_ms)
    select ${topic}::text, ${partition}::integer, ${topicId}::text, 1, ${firstOffset}::bigint, ${firstOffset}::bigint,
      ${firstOffset}::bigint, 0
    from set_config('lock_timeout', ${String(commitMsMax)}, true)
    on conflict (topic, partition) do update set epoch = held.epoch + 1, updated_at = now()
      where held.topic_id = excluded.topic_id
    returning topic_id, epoch, next_offset, projected_offset, max_t_ms`;
  return row;
}

/** Ends the connection whose transaction has the partition's row: the system column `xmax` names it (5.6). */
async function endHolder(sql: Database, { topic, partition }: Source): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'transactionid' and granted and transactionid in (
      select xmax from stream_offsets where topic = ${topic} and partition = ${partition})`;
}

/** Records that everything below `offset` has reached MongoDB and the output topics. Throws `Fenced` when it is no longer held. */
export async function recordProjected(sql: Database, held: HeldPartition, offset: bigint): Promise<void> {
  const moved = await sql`
    update stream_offsets set projected_offset = greatest(projected_offset, ${offset}), updated_at = now()
    where topic = ${held.topic} and partition = ${held.partition} and epoch = ${held.epoch}`;
  if (moved.count === 0) throw new Fenced(held);
}

/** Whether a commit whose answer was lost took effect: the offset that a partition stands at under our epoch. */
export async function committedOffset(sql: Database, held: HeldPartition): Promise<bigint> {
  const [row] = await sql<{ next_offset: bigint }[]>`
    select next_offset from stream_offsets
    where topic = ${held.topic} and partition = ${held.partition} and epoch = ${held.epoch}`;
  if (!row) throw new Fenced(held);
  return row.next_offset;
}
