import { isDeepStrictEqual } from "node:util";
import {
  chunkOf,
  collections,
  countRawTransactions,
  type Db,
  type RawTransaction,
  rawTransactionOf,
  rawTransactionsOf,
} from "@scoreline/stores/mongo";
import { type CommittedTransaction, type Database, readCursor, transactionEvents } from "@scoreline/stores/postgres";
import { count } from "../terminal.ts";
import { type Check, checkOf, Findings, type Place, placeOf } from "./check.ts";
import { batchDocumentsMax, chunksOf, isInChunks } from "./chunks.ts";
import { readStreams, type Stream } from "./positions.ts";
import { transactions } from "./sources.ts";

/** A partition, and how far its transactions have followed into MongoDB. */
type Trail = Stream & { cursor: bigint };

type Counts = { owed: number; met: number; following: number; read: number };

/**
 * Every processed transaction below its partition's cursor has its document in `raw_transactions`, of the same content, and
 * no other document is there. What lies above the cursor may have one already, or not.
 */
export async function checkRawTransactions(sql: Database, db: Db, examplesMax: number): Promise<Check> {
  const findings = new Findings(examplesMax);
  const documents = await countRawTransactions(db);
  const trails = await readTrails(sql);
  const counts: Counts = { owed: 0, met: 0, following: 0, read: 0 };
  for (const trail of trails) {
    for (const range of chunksOf(trail)) {
      const chunk = chunkOf(trail.topic, trail.partition, range.from);
      const found = await rawTransactionsOf(db).find({ chunk }, { batchSize: batchDocumentsMax }).toArray();
      const rows = await transactionEvents.readScored(sql, trail, range);
      compareChunk({ trail, found, rows }, findings, counts);
      counts.read += found.length;
    }
  }
  const strays = documents > counts.read ? await readStrays(sql, db, trails) : [];
  for (const id of strays) findings.add(id, "is a document that no partition's chunk holds");
  return checkOf(
    {
      compared: "processed transactions below their cursor = raw_transactions in MongoDB",
      left: counts.owed,
      right: counts.met + strays.length,
      remedy:
        "Delete by its _id a document that differs or has no row. Then stop the scorers, set next_offset of the partition in projection_cursors back to the first offset named, and start them: what lies above is written again.",
      notes: counts.following > 0 ? [`${count(counts.following)} rows lie above their cursor, on their way`] : [],
    },
    findings,
  );
}

async function readTrails(sql: Database): Promise<Trail[]> {
  const streams = (await readStreams(sql)).filter(({ topic }) => topic === transactions.topic);
  return Promise.all(
    streams.map(async (stream) => ({ ...stream, cursor: await readCursor(sql, collections.rawTransactions, stream) })),
  );
}

function compareChunk(
  { trail, found, rows }: { trail: Trail; found: readonly RawTransaction[]; rows: readonly CommittedTransaction[] },
  findings: Findings,
  counts: Counts,
): void {
  const open = new Map(found.map((document) => [document._id, document]));
  for (const row of rows) {
    const expected = rawTransactionOf(trail, row);
    const document = open.get(expected._id);
    open.delete(expected._id);
    const place = `${placeOf(trail)}/${row.offset}`;
    const isOwed = row.offset < trail.cursor;
    counts[isOwed ? "owed" : "following"] += 1;
    if (document) {
      if (isOwed) counts.met += 1;
      const fields = differingFields(expected, document);
      if (fields.length > 0) findings.add(expected._id, `differs from its row at ${place} in ${fields.join(", ")}`);
    } else if (isOwed) findings.add(expected._id, `has no document; processed at ${place}`);
  }
  counts.met += open.size;
  for (const { _id, topic, partition, offset } of open.values()) {
    findings.add(_id, `has a document (at ${topic}/${partition}/${offset}) and no row`);
  }
}

function differingFields(expected: RawTransaction, document: RawTransaction): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(document)]) as Set<keyof RawTransaction>;
  return [...names].filter((name) => !isDeepStrictEqual(expected[name], document[name]));
}

/** The ids of documents that none of the chunks holds, save those that were written since. Reads the whole collection. */
async function readStrays(sql: Database, db: Db, trails: readonly Trail[]): Promise<string[]> {
  const known = new Map(trails.map((trail) => [placeOf(trail), trail]));
  const outside = new Map<string, string>();
  const all = rawTransactionsOf(db).find({}, { batchSize: batchDocumentsMax, projection: { chunk: 1 } });
  for await (const { _id, chunk } of all) if (!isInChunks(chunk, known)) outside.set(_id, chunk);
  const rows = await sql<(Place & { id: string; record_offset: bigint })[]>`
    select transaction_id::text as id, topic, partition, record_offset from processed_transactions
    where transaction_id::text = any(${[...outside.keys()]})`;
  for (const { id, topic, partition, record_offset } of rows) {
    if (outside.get(id) === chunkOf(topic, partition, record_offset)) outside.delete(id);
  }
  return [...outside.keys()];
}
