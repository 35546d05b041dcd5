import type { Database } from "./connect.ts";

/** A dead letter on its way back to a partition whose end was `fromOffset` before: the record lies there or behind. */
export type Redrive = {
  deadLetterId: string;
  attempt: number;
  firstFailedAtMs: number;
  topic: string;
  partition: number;
  fromOffset: bigint;
  mended: boolean;
};

/** Another command is putting dead letters back. */
export class RedriveUnderWay extends Error {
  override readonly name = "RedriveUnderWay";
  constructor() {
    super("Another redrive is under way; try again when it is over.");
  }
}

// Any number that nothing else in creditdb locks.
const redriveLock = 19_315_181_514;

/**
 * Does work that only one process may do at a time; the lock ends with its connection, so a process that dies frees it.
 * `work` asks other connections of the pool. Throws `RedriveUnderWay`.
 */
export async function withRedriveLock<Result>(sql: Database, work: () => Promise<Result>): Promise<Result> {
  const result = await sql.begin(async (tx) => {
    const [row] = await tx<{ taken: boolean }[]>`select pg_try_advisory_xact_lock(${redriveLock}) as taken`;
    if (!row?.taken) throw new RedriveUnderWay();
    return { of: await work() };
  });
  return result.of as Result;
}

/** Which of these dead letters were put back already: acknowledged by the broker, and recorded. */
export async function putBackAlready(sql: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ dead_letter_id: string }[]>`
    select dead_letter_id from redrives where dead_letter_id = any(${[...ids]}) and record_offset is not null`;
  return new Set(rows.map((row) => row.dead_letter_id));
}

/** What was claimed and never recorded as put back: a command died between the two, or was not answered. */
export async function openRedrives(
  sql: Database,
): Promise<Pick<Redrive, "deadLetterId" | "topic" | "partition" | "fromOffset">[]> {
  const rows = await sql<{ dead_letter_id: string; topic: string; partition: number; from_offset: bigint }[]>`
    select dead_letter_id, topic, partition, from_offset from redrives where record_offset is null`;
  return rows.map((row) => ({
    deadLetterId: row.dead_letter_id,
    topic: row.topic,
    partition: row.partition,
    fromOffset: row.from_offset,
  }));
}

/** Says that these are about to be put back; gives the ids for which nobody said so before. */
export async function claimRedrives(sql: Database, redrives: readonly Redrive[]): Promise<Set<string>> {
  const rows = redrives.map(({ deadLetterId, firstFailedAtMs, fromOffset, ...rest }) => ({
    ...rest,
    dead_letter_id: deadLetterId,
    first_failed_at: new Date(firstFailedAtMs).toISOString(),
    from_offset: String(fromOffset),
  }));
  const claimed = await sql<{ dead_letter_id: string }[]>`
    insert into redrives (dead_letter_id, attempt, first_failed_at, topic, partition, from_offset, mended)
    select dead_letter_id, attempt, first_failed_at, topic, partition, from_offset, mended
    from json_populate_recordset(null::redrives, ${JSON.stringify(rows)}::text::json)
    on conflict (dead_letter_id) do nothing
    returning dead_letter_id`;
  return new Set(claimed.map((row) => row.dead_letter_id));
}

/** Records where claimed ones were put back. */
export async function recordRedrives(
  sql: Database,
  placed: readonly { deadLetterId: string; offset: bigint }[],
): Promise<void> {
  const rows = placed.map(({ deadLetterId, offset }) => ({
    dead_letter_id: deadLetterId,
    record_offset: String(offset),
  }));
  await sql`
    update redrives set record_offset = placed.record_offset, put_back_at = now()
    from json_populate_recordset(null::redrives, ${JSON.stringify(rows)}::text::json) as placed
    where redrives.dead_letter_id = placed.dead_letter_id`;
}

/** Takes claims back whose records are known not to be on their topic. */
export async function forgetRedrives(sql: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from redrives where dead_letter_id = any(${[...ids]}) and record_offset is null`;
}
