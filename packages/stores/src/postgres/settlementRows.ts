import type { Copy } from "./copyTransaction.ts";
import { CopyWriter } from "./copyWriter.ts";
import { headerBytes, type KeptRecord } from "./failedRecords.ts";
import type { FaultyRecord } from "./settlement.ts";

export type Place = { topic: string; partition: number };

/** The COPYs of the records that were not scored; a table that gets no row has none. */
export function faultyCopies(place: Place, faulty: readonly FaultyRecord[]): Copy[] {
  const kept = faulty.filter((record) => record.kept);
  return [
    ...copyInto("failed_records", failedColumns, kept, (row, out) => failedRow(place, row, out)),
    ...copyInto("data_quality_issues", issueColumns, faulty, (row, out) => issueRows(place, row, out)),
  ];
}

export function copyInto<Row>(
  table: string,
  columns: string,
  rows: readonly Row[],
  write: (row: Row, out: CopyWriter) => void,
): Copy[] {
  if (rows.length === 0) return [];
  const out = new CopyWriter(rows.length);
  for (const row of rows) write(row, out);
  return [{ statement: `copy ${table} (${columns}) from stdin`, rows: out.bytes }];
}

/**
 * Two partitions that hold the same new ids wait for each other's rows. In one order for all, one of them waits and then
 * meets a unique violation; in the order of arrival they deadlock, which costs a second (`deadlock_timeout`) each time.
 */
export function inLockOrder<Scored>(scored: readonly Scored[], idOf: (scored: Scored) => string): Scored[] {
  return [...scored].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** Begins a row with its place in the stream. */
export function placed({ topic, partition }: Place, offset: bigint, tMs: number, out: CopyWriter): CopyWriter {
  return out.text(topic).integer(partition).integer(Number(offset)).integer(tMs);
}

const failedColumns = `topic, partition, record_offset, t_ms, record_key, record_value, record_headers, attempt, first_t_ms,
  scorer_version`;

function failedRow(place: Place, { offset, tMs, kept }: FaultyRecord, out: CopyWriter): void {
  const { key, value, headers, attempt, firstFailedAtMs, scorerVersion } = kept as KeptRecord;
  placed(place, offset, tMs, out)
    .bytea(key)
    .bytea(value)
    .bytea(headerBytes(headers))
    .integer(attempt)
    .integer(firstFailedAtMs)
    .text(scorerVersion)
    .endRow();
}

const issueColumns =
  "topic, partition, record_offset, t_ms, failed_record_id, stage, issue_number, check_type, field, reason";

function issueRows(place: Place, { offset, tMs, recordId, stage, failures }: FaultyRecord, out: CopyWriter): void {
  for (const [number, { check, pointer, detail }] of failures.entries()) {
    placed(place, offset, tMs, out)
      .text(recordId)
      .raw(stage)
      .integer(number)
      .text(check)
      .text(pointer)
      .text(detail)
      .endRow();
  }
}
