/** How far a partition of a topic is projected, from `stream_offsets`. */
export type Stream = {
  topic: string;
  partition: number;
  topicId: string;
  startOffset: bigint;
  projectedOffset: bigint;
};

/** How far a source table's rows of a partition are in `raw`, from `raw.load_offsets`. */
export type LoadedOffset = { topic: string; partition: number; topicId: string; loadedOffset: bigint };

/** Rows to load: offsets from `fromOffset` up to, and without, `toOffset`. */
export type Window = {
  topic: string;
  partition: number;
  topicId: string;
  startOffset: bigint;
  fromOffset: bigint;
  toOffset: bigint;
};

/** The recorded source is another one than before, or went back: loading on would mix two histories. */
export class SourceChangedError extends Error {
  override name = "SourceChangedError";
}

/** `topic/partition`. */
export function placeOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}

/**
 * What of each partition is projected and not loaded yet; an empty window where all of it is. Below `projected_offset`
 * nothing is in flight any more, so a window once read is complete. Throws `SourceChangedError`.
 */
export function windowsToLoad(streams: readonly Stream[], loaded: readonly LoadedOffset[]): Window[] {
  const known = new Map(loaded.map((offset) => [placeOf(offset), offset]));
  return streams.map((stream) => {
    const { topic, partition, topicId, startOffset, projectedOffset } = stream;
    const before = known.get(placeOf(stream));
    if (before && before.topicId !== topicId) {
      throw new SourceChangedError(
        `topic ${topic} was created anew (id ${before.topicId} before, ${topicId} now); the warehouse still holds the rows of the old one: point DW_FINANCE_URL at an empty database, or give the new topic another name`,
      );
    }
    const fromOffset = before?.loadedOffset ?? startOffset;
    if (projectedOffset < fromOffset) {
      throw new SourceChangedError(
        `${topic}/${partition} is projected up to ${projectedOffset} and was loaded up to ${fromOffset}: creditdb was restored from an older state; restore dw_finance to match, or point DW_FINANCE_URL at an empty database`,
      );
    }
    return { topic, partition, topicId, startOffset, fromOffset, toOffset: projectedOffset };
  });
}
