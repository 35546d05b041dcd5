import { chunkOffsets } from "@scoreline/stores/mongo";
import type { Stream } from "./positions.ts";

/*
 * Documents are read by `chunk`, the one predicate that every MongoDB-speaking server answers by an index. A chunk's
 * documents are read before its rows: a document is written after its row was committed, so one that has just come cannot
 * look as if it had no row.
 */

/** Documents that a cursor gives in one go. */
export const batchDocumentsMax = 1_000;

/** The ranges of offsets `[from, to)` whose documents share a chunk, from a stream's first offset to its next. */
export function* chunksOf({ start, next }: Stream): Generator<{ from: bigint; to: bigint }> {
  for (let from = (start / chunkOffsets) * chunkOffsets; from <= next; from += chunkOffsets) {
    yield { from, to: from + chunkOffsets };
  }
}

/** Whether a document's `chunk` is one of those that `chunksOf` gives for a stream. */
export function isInChunks(chunk: unknown, streams: ReadonlyMap<string, Stream>): boolean {
  const [, place = "", digits = ""] = /^(.+\/\d+)\/(\d{1,15})$/.exec(String(chunk)) ?? [];
  const stream = streams.get(place);
  const from = BigInt(digits || 0) * chunkOffsets;
  return stream !== undefined && from + chunkOffsets > stream.start && from <= stream.next;
}
