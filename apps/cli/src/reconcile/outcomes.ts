import type { Database } from "@scoreline/stores/postgres";
import { count } from "../terminal.ts";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { OffsetSet } from "./offsetSet.ts";
import type { Position } from "./positions.ts";
import { repeatCheck, sources } from "./sources.ts";

/** What became of the offsets `[start, next)` of a partition, from the tables that the scorer commits to. */
export type Outcomes = { position: Position } & Record<"scored" | "duplicates" | "failed" | "kept", OffsetSet>;

/** Reads the outcomes of every partition. PostgreSQL gives them as ranges: some kilobytes for 10,000 rows. */
export async function readOutcomes(sql: Database, positions: readonly Position[]): Promise<Map<string, Outcomes>> {
  const outcomes = new Map<string, Outcomes>();
  for (const position of positions) outcomes.set(placeOf(position), await readPartition(sql, position));
  return outcomes;
}

async function readPartition(sql: Database, position: Position): Promise<Outcomes> {
  const { topic, partition, start, next } = position;
  const source = sources.find((one) => one.topic === topic);
  const read = async (table: string, condition = sql`true`) => {
    const set = new OffsetSet({ start, end: next });
    // The ranges of 10,000 offsets at a time: one range_agg over a whole partition would sort all of it in memory.
    const chunks = sql<{ ranges: string }[]>`
      select range_agg(int8range(record_offset, record_offset + 1))::text as ranges
      from ${sql(table)}
      where topic = ${topic} and partition = ${partition} and record_offset >= ${start} and record_offset < ${next}
        and ${condition}
      group by record_offset / 10000`;
    for await (const rows of chunks.cursor(100)) for (const { ranges } of rows) addMultirange(set, ranges);
    return set;
  };
  const none = () => new OffsetSet({ start, end: next });
  return {
    position,
    scored: source ? await read(source.table) : none(),
    duplicates: source ? await read("data_quality_issues", sql`check_type = ${repeatCheck(source)}`) : none(),
    failed: await read("data_quality_issues", source && sql`check_type <> ${repeatCheck(source)}`),
    kept: await read("failed_records"),
  };
}

/** Adds an `int8multirange` in PostgreSQL's text form (manual, 8.17.5), such as `{[0,12),[13,20)}`. */
function addMultirange(set: OffsetSet, text: string): void {
  for (const [, from, to] of text.matchAll(/\[(\d+),(\d+)\)/g)) {
    set.addRange({ from: BigInt(from ?? 0), to: BigInt(to ?? 0) });
  }
}

/**
 * Every offset below next_offset is exactly one of scored, duplicate, failed, or a dead letter of the scorer's own
 * (`skipped`), whose record was settled where it came from.
 */
export function checkOutcomes(
  topic: string,
  outcomes: Iterable<Outcomes>,
  skipped: ReadonlyMap<string, OffsetSet>,
  examplesMax: number,
): Check {
  const findings = new Findings(examplesMax);
  const counts = { offsets: 0, scored: 0, duplicates: 0, failed: 0, skipped: 0, removed: 0 };
  for (const { position, scored, duplicates, failed } of outcomes) {
    if (position.topic !== topic) continue;
    const { start, next, low } = position;
    const settled = scored.or(duplicates).or(failed);
    const all = new OffsetSet({ start, end: next }).addRange({ from: start, to: next });
    const open = all.minus(settled);
    const letters = skipped.get(placeOf(position));
    const removed = letters ? open.within({ from: start, to: low }) : new OffsetSet(all);
    const ours = letters ? letters.minus(settled).or(removed) : new OffsetSet(all);
    findings.addOffsets(position, open.minus(ours), "has no outcome: neither scored nor duplicate nor failed");
    findings.addOffsets(position, scored.and(duplicates), "is both scored and duplicate");
    findings.addOffsets(position, scored.and(failed), "is both scored and failed");
    findings.addOffsets(position, duplicates.and(failed), "is both duplicate and failed");
    if (letters)
      findings.addOffsets(position, letters.and(settled), "is settled, and a dead letter of the scorer's own");
    counts.offsets += Number(next - start);
    counts.scored += scored.size;
    counts.duplicates += duplicates.size;
    counts.failed += failed.size;
    counts.skipped += ours.size;
    counts.removed += removed.size;
  }
  const { scored, duplicates, failed } = counts;
  const parts = [`${count(scored)} scored`, `${count(duplicates)} duplicates`, `${count(failed)} failed`];
  if (counts.skipped > 0) parts.push(`${count(counts.skipped)} dead letters of the scorer's own`);
  const notes = [parts.join(", ")];
  if (counts.removed > 0) notes.push(`${count(counts.removed)} taken for such letters: Kafka no longer has them`);
  return checkOf(
    {
      compared: `${topic}: offsets below next_offset = outcomes in PostgreSQL`,
      left: counts.offsets,
      right: scored + duplicates + failed + counts.skipped,
      remedy:
        "Send a record without an outcome again, from Kafka while it is there: its id is decided at its new place. Of two outcomes, one row was written past the scorer: remove it.",
      notes,
    },
    findings,
  );
}

/** A record that failed at the scorer is kept byte for byte, and none is kept that did not fail. */
export function checkKept(topic: string, outcomes: Iterable<Outcomes>, examplesMax: number): Check {
  const findings = new Findings(examplesMax);
  const counts = { failed: 0, kept: 0 };
  for (const { position, failed, kept } of outcomes) {
    if (position.topic !== topic) continue;
    findings.addOffsets(position, failed.minus(kept), "failed and is not in failed_records");
    findings.addOffsets(position, kept.minus(failed), "is in failed_records without a failed check");
    counts.failed += failed.size;
    counts.kept += kept.size;
  }
  return checkOf(
    {
      compared: `${topic}: failed records = rows of failed_records`,
      left: counts.failed,
      right: counts.kept,
      remedy: "The record is in Kafka at its place, and on dead_letters under its place as dead-letter-id.",
    },
    findings,
  );
}

type OutsideRow = Place & { table: string; offset: bigint; total: bigint };

/** No row lies outside of what its partition has settled. One statement, hence one moment: nothing moves in between. */
export async function checkOutside(sql: Database, examplesMax: number): Promise<Check> {
  const tables = [...sources.map(({ table }) => table), "data_quality_issues", "failed_records"];
  const parts = tables.map(
    (table) => `select '${table}' as "table", settled.topic, settled.partition, settled.record_offset
      from ${table} as settled left join stream_offsets as stream using (topic, partition)
      where stream.topic is null or settled.record_offset < stream.start_offset
        or settled.record_offset >= stream.next_offset`,
  );
  const rows = await sql.unsafe<OutsideRow[]>(
    `select "table", topic, partition, record_offset as "offset", count(*) over () as total
     from (${parts.join(" union all ")}) as outside order by 1, 2, 3, 4 limit $1`,
    [examplesMax],
  );
  const findings = new Findings(examplesMax);
  findings.addCounted(
    rows.map((row) => ({ at: `${placeOf(row)}/${row.offset}`, what: `row of ${row.table} at an offset not settled` })),
    Number(rows[0]?.total ?? 0),
  );
  return checkOf(
    {
      compared: "rows outside of the settled offsets = none",
      left: findings.count,
      right: 0,
      remedy: "The row was written past the scorer: remove it before its partition comes to that offset.",
    },
    findings,
  );
}
