import { topics } from "@scoreline/contracts";
import type { Database } from "@scoreline/stores/postgres";
import type { Metrics } from "@scoreline/telemetry";
import { goodBuilds } from "./builds.ts";
import type { Reading } from "./readings.ts";

type Databases = { jobs: Database; warehouse: Database };

/** What the warehouse has of the streams, as last read. */
type Held = {
  loaded: readonly { topic: string; partition: number; topic_id: string; loaded_offset: string }[];
  /** The oldest decision that is loaded and that no good build has seen, epoch seconds; null where there is none. */
  oldestUnbuiltS: number | null;
};

/** Tables of creditdb with what became of a record, by its place. */
type EventTable = "credit_scores" | "processed_transactions" | "data_quality_issues";

/** Decisions are about these; a dead letter of ingest was never one. */
const scoredTopics = [topics.creditApplications.name, topics.transactions.name];

/**
 * Records that are decided and not loaded, and the age of the oldest that the marts do not hold: not loaded, or loaded by a
 * run after the last whole build that was good. Until a build is good the marts may hold some of a load, unproven. While the
 * warehouse is away, what it held when it was last read stands, and the age goes on.
 */
export function waitingReading(metrics: Metrics, { jobs, warehouse }: Databases): Reading {
  const read = heldReader(warehouse);
  let held: Held | undefined;
  return {
    name: "waiting",
    read: async () => {
      const builds = await goodBuilds(jobs);
      let away: unknown;
      held = await read(builds).catch((error) => {
        away = error;
        return held;
      });
      if (held) {
        const { records, seconds } = await readWaiting(jobs, held);
        metrics.gauge("warehouseWaitingRecords").set(records);
        metrics.gauge("warehouseWaiting").set(seconds);
      }
      if (away !== undefined) throw away;
    },
  };
}

function heldReader(warehouse: Database): (builds: readonly string[]) => Promise<Held> {
  // What was loaded since a good build is looked through once for each load: many may have failed to build.
  let known: { builtLoad: bigint; lastLoad: bigint; oldestUnbuiltS: number | null } | undefined;
  return async (builds) => {
    const [schema] = await warehouse<{ made: boolean }[]>`select to_regclass('raw.load_offsets') is not null as made`;
    if (!schema?.made) return { loaded: [], oldestUnbuiltS: null };
    // Before the loads: what a load brings between the two counts as waiting once more, and never as held.
    const loaded = await warehouse<Held["loaded"][number][]>`
      select topic, partition, topic_id, min(loaded_offset)::text as loaded_offset
      from raw.load_offsets where topic in ${warehouse(scoredTopics)} group by topic, partition, topic_id`;
    const [loads] = await warehouse<{ built: bigint; last: bigint }[]>`
      select coalesce((select load_id from raw.loads where run_id in (select unnest(${[...builds]}::text[])::uuid)
          order by load_id desc limit 1), 0) as built,
        coalesce((select max(load_id) from raw.loads), 0) as last`;
    const { built: builtLoad = 0n, last: lastLoad = 0n } = loads ?? {};
    if (known?.builtLoad !== builtLoad || known.lastLoad !== lastLoad) {
      known = { builtLoad, lastLoad, oldestUnbuiltS: await readOldest(warehouse, builtLoad) };
    }
    return { loaded: [...loaded], oldestUnbuiltS: known.oldestUnbuiltS };
  };
}

/** By the index on load_id: nothing to read when the last load is built. */
async function readOldest(warehouse: Database, builtLoad: bigint): Promise<number | null> {
  const [oldest] = await warehouse<{ at: number | null }[]>`
    select extract(epoch from least(
      (select min(scored_at) from raw.credit_scores where load_id > ${builtLoad}),
      (select min(scored_at) from raw.processed_transactions where load_id > ${builtLoad}),
      (select min(detected_at) from raw.data_quality_issues
        where load_id > ${builtLoad} and topic in ${warehouse(scoredTopics)})))::float8 as at`;
  return oldest?.at ?? null;
}

/** The first row of a partition's range is its oldest: each partition is committed in order, and the key finds it. */
async function readWaiting(jobs: Database, held: Held): Promise<{ records: number; seconds: number }> {
  const first = (table: EventTable, at: string) => jobs`(
    select ${jobs(at)} as at from ${jobs(table)} as recorded
    where recorded.topic = waiting.topic and recorded.partition = waiting.partition
      and record_offset >= from_offset and record_offset < to_offset
    order by recorded.topic, recorded.partition, record_offset limit 1)`;
  const [waiting] = await jobs<{ records: number; seconds: number }[]>`
    with waiting as (
      select stream.topic, stream.partition, greatest(start_offset, loaded_offset) as from_offset,
        projected_offset as to_offset
      from stream_offsets as stream
      left join json_to_recordset(${JSON.stringify(held.loaded)}::text::json)
        as loaded (topic text, partition integer, topic_id text, loaded_offset bigint)
        using (topic, partition, topic_id)
      where stream.topic in ${jobs(scoredTopics)}
    )
    select coalesce(sum(greatest(to_offset - from_offset, 0)), 0)::float8 as records,
      coalesce(greatest(extract(epoch from now() - least(
        min(oldest.at), to_timestamp(${held.oldestUnbuiltS}::float8))), 0), 0)::float8 as seconds
    from waiting
    cross join lateral (
      select min(at) as at from (
        ${first("credit_scores", "scored_at")}
        union all ${first("processed_transactions", "scored_at")}
        union all ${first("data_quality_issues", "detected_at")}
      ) as firsts
    ) as oldest`;
  return waiting ?? { records: 0, seconds: 0 };
}
