import type { OffsetRange, OffsetSet } from "./offsetSet.ts";

/** A partition of a topic. */
export type Place = { topic: string; partition: number };

/** `topic/partition`. */
export function placeOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}

/** What two sides do not agree on: `at` is a place in the stream (topic/partition/offset, or a range of offsets) or an id. */
export type Difference = { at: string; what: string };

/** One comparison. It holds when `differences` is 0. */
export type Check = {
  /** The two sides, as `left = right`. */
  compared: string;
  left: number;
  right: number;
  /** Records, rows or documents on which the sides differ. */
  differences: number;
  /** The first of them. */
  examples: Difference[];
  /** What to do where there are differences. */
  remedy: string;
  /** What was allowed or could not be compared; empty where there is nothing to say. */
  notes: string[];
};

/** Collects differences: counts them all and keeps the first. */
export class Findings {
  readonly #examplesMax: number;
  readonly examples: Difference[] = [];
  count = 0;

  constructor(examplesMax: number) {
    this.#examplesMax = examplesMax;
  }

  add(at: string, what: string, count = 1): void {
    this.count += count;
    if (this.examples.length < this.#examplesMax) this.examples.push({ at, what });
  }

  /** Adds each run of offsets of a partition as one example. */
  addOffsets(place: Place, offsets: OffsetSet, what: string): void {
    for (const range of offsets.ranges()) this.add(rangeOf(place, range), what, Number(range.to - range.from));
  }

  /** Adds `count` differences of which `rows` are the first. */
  addCounted(rows: readonly Difference[], count: number): void {
    this.count += count;
    this.examples.push(...rows.slice(0, this.#examplesMax - this.examples.length));
  }
}

function rangeOf(place: Place, { from, to }: OffsetRange): string {
  return to - from === 1n ? `${placeOf(place)}/${from}` : `${placeOf(place)}/${from}-${to - 1n}`;
}

/** A check from what was counted and found. */
export function checkOf(
  check: Pick<Check, "compared" | "left" | "right" | "remedy"> & { notes?: string[] },
  findings: Findings,
): Check {
  const { compared, left, right, remedy, notes = [] } = check;
  return { compared, left, right, differences: findings.count, examples: findings.examples, remedy, notes };
}
