import type { Database } from "./connect.ts";

/** A bad record as it came, byte for byte, and what its dead letter tells of its past. Times are broker milliseconds. */
export type KeptRecord = {
  key: Buffer | null;
  value: Buffer | null;
  headers: (readonly [name: string, value: Buffer])[];
  /** Which time this is that the record failed, from 1. */
  attempt: number;
  firstFailedAtMs: number;
  /** The scorer that found it bad, where it is known. */
  scorerVersion: string | undefined;
};

/** A record's headers as `failed_records` keeps them. */
export function headerBytes(headers: KeptRecord["headers"]): Buffer {
  return Buffer.from(JSON.stringify(headers.map(([name, value]) => [name, value.toString("base64")])));
}

function readHeaders(stored: Buffer): KeptRecord["headers"] {
  const headers = JSON.parse(stored.toString("utf8")) as [name: string, value: string][];
  return headers.map(([name, value]) => [name, Buffer.from(value, "base64")]);
}

/** A row of `failed_records`, as far as a kept record is made of it. */
export type KeptRow = {
  record_key: Buffer | null;
  record_value: Buffer | null;
  record_headers: Buffer;
  attempt: number;
  first_t_ms: bigint;
  scorer_version: string | null;
};

export function keptOf(row: KeptRow): KeptRecord {
  return {
    key: row.record_key,
    value: row.record_value,
    headers: readHeaders(row.record_headers),
    attempt: row.attempt,
    firstFailedAtMs: Number(row.first_t_ms),
    scorerVersion: row.scorer_version ?? undefined,
  };
}

/** The bad record that was kept from a place on a topic; undefined when there is none. */
export async function readKept(
  sql: Database,
  { topic, partition, offset }: { topic: string; partition: number; offset: bigint },
): Promise<KeptRecord | undefined> {
  const [row] = await sql<KeptRow[]>`
    select record_key, record_value, record_headers, attempt, coalesce(first_t_ms, t_ms) as first_t_ms, scorer_version
    from failed_records where topic = ${topic} and partition = ${partition} and record_offset = ${offset}`;
  return row && keptOf(row);
}
