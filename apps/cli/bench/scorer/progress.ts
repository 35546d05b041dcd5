import { setTimeout as pause } from "node:timers/promises";
import { topics } from "@scoreline/contracts";
import type { Database } from "@scoreline/stores/postgres";
import type { Sample } from "../figures.ts";

const topic = topics.creditApplications.name;
const sampleMs = 50;
const stalledMsMax = 60_000;

/** What Postgres has of the applications, by its own clock: those decided, or those whose decisions are projected. */
export async function readProgress(sql: Database, column: "next_offset" | "projected_offset"): Promise<Sample> {
  const [row] = await sql<{ at_ms: number; total: number }[]>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as at_ms,
      coalesce(sum(${sql(column)} - start_offset), 0)::float8 as total
    from stream_offsets where topic = ${topic}`;
  if (!row) throw new Error("An aggregate gives a row.");
  return { atMs: row.at_ms, total: row.total };
}

/** Samples the progress until it has come to `target`. Throws when it stands still for a minute. */
export async function progressTo(
  sql: Database,
  column: "next_offset" | "projected_offset",
  target: number,
): Promise<Sample[]> {
  const samples = [await readProgress(sql, column)];
  let moved = samples[0] as Sample;
  for (let latest = moved; latest.total < target; ) {
    await pause(sampleMs);
    latest = await readProgress(sql, column);
    samples.push(latest);
    if (latest.total > moved.total) moved = latest;
    if (latest.atMs - moved.atMs > stalledMsMax) {
      throw new Error(`${column} has stood at ${moved.total} of ${target} records for ${stalledMsMax / 1_000} s`);
    }
  }
  return samples;
}
