import { alertsOf, chunkOf, type Db } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { batchDocumentsMax, chunksOf, isInChunks } from "./chunks.ts";
import { readStreams, type Stream } from "./positions.ts";
import { type Source, sources } from "./sources.ts";

type AlertPlace = { _id: string; topic?: unknown; partition?: unknown; offset?: unknown; chunk?: unknown };

/** What is read of an alert: its id and its place. */
const placeOnly = { _id: 1, topic: 1, partition: 1, offset: 1, chunk: 1 } as const;

/**
 * Every row of suspected fraud below projected_offset has one alert, under its event's id and with its place, and no other
 * alert is there. Alerts that no chunk holds are found by count.
 */
export async function checkAlerts(sql: Database, db: Db, examplesMax: number): Promise<Check> {
  const findings = new Findings(examplesMax);
  const documents = await alertsOf(db).countDocuments();
  const streams = await readStreams(sql);
  const counts = { owed: 0, met: 0, read: 0 };
  for (const source of sources) {
    for (const stream of streams.filter(({ topic }) => topic === source.topic)) {
      for (const range of chunksOf(stream)) {
        const alerts = await readChunk(db, chunkOf(stream.topic, stream.partition, range.from));
        const rows = await readSuspected(sql, source, stream, range);
        compareChunk({ stream, alerts, rows }, findings, counts);
        counts.read += alerts.length;
      }
    }
  }
  const strays = documents > counts.read ? await readStrays(sql, db, streams) : [];
  for (const id of strays) findings.add(id, "is an alert that no partition's chunk holds");
  return checkOf(
    {
      compared: "rows of suspected fraud = alerts in MongoDB",
      left: counts.owed,
      right: counts.met + strays.length,
      remedy:
        "For a missing alert, stop the scorers, set projected_offset of its partition back to its offset, and start them: what lies above is projected again. An alert without a row was written past the scorer: delete it by its _id.",
    },
    findings,
  );
}

async function readChunk(db: Db, chunk: string): Promise<AlertPlace[]> {
  return alertsOf(db).find({ chunk }, { batchSize: batchDocumentsMax }).project<AlertPlace>(placeOnly).toArray();
}

/** By the `_id` that its alert has, the offset of each row of suspected fraud in a range. */
async function readSuspected(
  sql: Database,
  { table, id, suspected, alertPrefix }: Source,
  { topic, partition }: Place,
  { from, to }: { from: bigint; to: bigint },
): Promise<Map<string, bigint>> {
  const rows = await sql<{ id: string; record_offset: bigint }[]>`
    select ${alertPrefix} || ${sql(id)}::text as id, record_offset from ${sql(table)}
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
      and ${sql(suspected)}`;
  return new Map(rows.map((row) => [row.id, row.record_offset]));
}

function compareChunk(
  { stream, alerts, rows }: { stream: Stream; alerts: readonly AlertPlace[]; rows: ReadonlyMap<string, bigint> },
  findings: Findings,
  counts: { owed: number; met: number },
): void {
  const alerted = new Set(alerts.map(({ _id }) => _id));
  for (const [id, offset] of rows) {
    if (offset >= stream.projected) continue;
    counts.owed += 1;
    if (!alerted.has(id)) findings.add(id, `has no alert; scored at ${placeOf(stream)}/${offset}`);
  }
  for (const { _id, topic, partition, offset } of alerts) {
    const scored = rows.get(_id);
    // What is committed and not projected yet may have its alert already, or not.
    if (scored !== undefined && scored >= stream.projected) continue;
    counts.met += 1;
    const place = `${topic}/${partition}/${offset}`;
    if (scored === undefined) findings.add(_id, `has an alert (at ${place}) and no row of suspected fraud`);
    else if (place !== `${placeOf(stream)}/${scored}`) {
      findings.add(_id, `has an alert at ${place} and was scored at ${placeOf(stream)}/${scored}`);
    }
  }
}

/** The ids of alerts that none of the chunks holds, save those that were written since. Reads the whole collection. */
async function readStrays(sql: Database, db: Db, streams: readonly Stream[]): Promise<string[]> {
  const scored = new Set(sources.map(({ topic }) => topic));
  const known = new Map(streams.filter(({ topic }) => scored.has(topic)).map((stream) => [placeOf(stream), stream]));
  const outside = new Map<string, unknown>();
  const all = alertsOf(db).find({}, { batchSize: batchDocumentsMax }).project<AlertPlace>(placeOnly);
  for await (const { _id, chunk } of all) if (!isInChunks(chunk, known)) outside.set(_id, chunk);
  for (const source of sources) {
    const owed = await readOwed(sql, source, [...outside.keys()]);
    for (const { id, topic, partition, record_offset } of owed) {
      if (outside.get(id) === chunkOf(topic, partition, record_offset)) outside.delete(id);
    }
  }
  return [...outside.keys()];
}

/** Those of some alerts' ids whose events are of suspected fraud by now, with their places. */
async function readOwed(sql: Database, { table, id, suspected, alertPrefix }: Source, alerts: readonly string[]) {
  return sql<(Place & { id: string; record_offset: bigint })[]>`
    select ${alertPrefix} || ${sql(id)}::text as id, topic, partition, record_offset from ${sql(table)}
    where ${sql(suspected)} and ${alertPrefix} || ${sql(id)}::text = any(${alerts})`;
}
