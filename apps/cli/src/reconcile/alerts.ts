import { topics } from "@scoreline/contracts";
import { alertsOf, chunkOf, type Db } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { readStreams, type Stream } from "./positions.ts";

const chunkOffsets = 10_000n;
const batchDocumentsMax = 1_000;

type AlertPlace = { _id: string; topic?: unknown; partition?: unknown; offset?: unknown; chunk?: unknown };

/** What is read of an alert: its id and its place. */
const placeOnly = { _id: 1, topic: 1, partition: 1, offset: 1, chunk: 1 } as const;

/**
 * Every decision of suspected fraud below projected_offset has one alert, under its application's id and with its place,
 * and no other alert is there. Alerts are read by `chunk`, the one predicate that every MongoDB-speaking server answers
 * by an index; those that no chunk holds are found by count. A chunk's alerts are read before its rows: an alert is
 * written after its row was committed, so one that has just come cannot look as if it had none.
 */
export async function checkAlerts(sql: Database, db: Db, examplesMax: number): Promise<Check> {
  const findings = new Findings(examplesMax);
  const documents = await alertsOf(db).countDocuments();
  const streams = (await readStreams(sql)).filter(({ topic }) => topic === topics.creditApplications.name);
  const counts = { owed: 0, met: 0, read: 0 };
  for (const stream of streams) {
    for (let start = (stream.start / chunkOffsets) * chunkOffsets; start <= stream.next; start += chunkOffsets) {
      const alerts = await readChunk(db, chunkOf(stream.topic, stream.partition, start));
      const rows = await readFrauds(sql, stream, { from: start, to: start + chunkOffsets });
      compareChunk({ stream, alerts, rows }, findings, counts);
      counts.read += alerts.length;
    }
  }
  const strays = documents > counts.read ? await readStrays(sql, db, streams) : [];
  for (const { _id } of strays) findings.add(_id, "is an alert that no partition's chunk holds");
  return checkOf(
    {
      compared: "decisions of suspected fraud = alerts in MongoDB",
      left: counts.owed,
      right: counts.met + strays.length,
      remedy:
        "For a missing alert, stop the scorers, set projected_offset of its partition back to its offset, and start them: what lies above is projected again. An alert without a decision was written past the scorer: delete it by its _id.",
    },
    findings,
  );
}

async function readChunk(db: Db, chunk: string): Promise<AlertPlace[]> {
  return alertsOf(db).find({ chunk }, { batchSize: batchDocumentsMax }).project<AlertPlace>(placeOnly).toArray();
}

/** By application id, the offsets of a range's decisions of suspected fraud. */
async function readFrauds(
  sql: Database,
  { topic, partition }: Place,
  { from, to }: { from: bigint; to: bigint },
): Promise<Map<string, bigint>> {
  const rows = await sql<{ application_id: string; record_offset: bigint }[]>`
    select application_id, record_offset from credit_scores
    where topic = ${topic} and partition = ${partition} and record_offset >= ${from} and record_offset < ${to}
      and is_fraud`;
  return new Map(rows.map((row) => [row.application_id, row.record_offset]));
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
    if (!alerted.has(id)) findings.add(id, `has no alert; decided at ${placeOf(stream)}/${offset}`);
  }
  for (const { _id, topic, partition, offset } of alerts) {
    const decided = rows.get(_id);
    // What is committed and not projected yet may have its alert already, or not.
    if (decided !== undefined && decided >= stream.projected) continue;
    counts.met += 1;
    const place = `${topic}/${partition}/${offset}`;
    if (decided === undefined) findings.add(_id, `has an alert (at ${place}) and no decision of suspected fraud`);
    else if (place !== `${placeOf(stream)}/${decided}`) {
      findings.add(_id, `has an alert at ${place} and was decided at ${placeOf(stream)}/${decided}`);
    }
  }
}

/** The alerts that none of the chunks holds, save those that were written since. Reads the whole collection. */
async function readStrays(sql: Database, db: Db, streams: readonly Stream[]): Promise<AlertPlace[]> {
  const known = new Map(streams.map((stream) => [placeOf(stream), stream]));
  const strays: AlertPlace[] = [];
  const all = alertsOf(db).find({}, { batchSize: batchDocumentsMax }).project<AlertPlace>(placeOnly);
  for await (const alert of all) {
    const [, place = "", chunk = ""] = /^(.+\/\d+)\/(\d{1,15})$/.exec(String(alert.chunk)) ?? [];
    const stream = known.get(place);
    const start = BigInt(chunk || 0) * chunkOffsets;
    const wasRead = stream && start + chunkOffsets > stream.start && start <= stream.next;
    if (!wasRead && !(await isDecided(sql, alert))) strays.push(alert);
  }
  return strays;
}

async function isDecided(sql: Database, { _id, chunk }: AlertPlace): Promise<boolean> {
  const [row] = await sql<(Place & { record_offset: bigint })[]>`
    select topic, partition, record_offset from credit_scores where application_id = ${_id} and is_fraud`;
  return row !== undefined && chunk === chunkOf(row.topic, row.partition, row.record_offset);
}
