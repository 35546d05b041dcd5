import type { PartitionRef } from "@scoreline/kafka/librdkafka";
import type { Metrics } from "@scoreline/telemetry";

/** Where the work on a partition has come. */
export type Position = PartitionRef & {
  /** The next offset to settle. */
  nextOffset: bigint;
  /** The broker's time, in epoch milliseconds, of the oldest record in hand that is not settled; undefined when none is. */
  oldestMs: number | undefined;
  /** The log's end as the client has heard of it last. */
  end: bigint | undefined;
};

type Standing = PartitionRef & {
  end: bigint;
  nextOffset: bigint;
  /** Since when its oldest undecided record waits; undefined when all are decided. */
  sinceMs: number | undefined;
};

/**
 * How far each partition of this process is behind its log, in records and in seconds. Told when it is asked for, so that no
 * loop that stands still can freeze it. A partition that stopped is still ours to decide: its figures go on. One that was
 * given up has none, since its next holder tells them.
 */
export class LagBook {
  readonly #records: ReturnType<Metrics["gauge"]>;
  readonly #seconds: ReturnType<Metrics["gauge"]>;
  readonly #standings = new Map<string, Standing>();

  constructor(metrics: Metrics) {
    this.#records = metrics.gauge("lag");
    this.#seconds = metrics.gauge("lagSeconds");
  }

  /** Begins with a partition that was taken. One that had stopped, and has decided nothing since, waits as long as before. */
  taken({ topic, partition }: PartitionRef, end: bigint, nextOffset: bigint): void {
    const before = this.#standings.get(keyOf({ topic, partition }));
    const sinceMs = before?.nextOffset === nextOffset ? before.sinceMs : undefined;
    this.#standings.set(keyOf({ topic, partition }), { topic, partition, end, nextOffset, sinceMs });
  }

  /** The broker said where a log ends. */
  ends(ref: PartitionRef, end: bigint): void {
    const standing = this.#standings.get(keyOf(ref));
    if (standing) standing.end = end;
  }

  /** Ends with a partition that was given up. */
  givenUp({ topic, partition }: PartitionRef): void {
    this.#standings.delete(keyOf({ topic, partition }));
    this.#records.remove({ topic, partition });
    this.#seconds.remove({ topic, partition });
  }

  /** Tells the figures as of `nowMs`, given where the work on the partitions that go on has come. */
  tell(positions: readonly Position[], nowMs: number): void {
    for (const position of positions) this.#move(position, nowMs);
    for (const { topic, partition, end, nextOffset, sinceMs } of this.#standings.values()) {
      const records = end > nextOffset ? Number(end - nextOffset) : 0;
      this.#records.set({ topic, partition }, records);
      this.#seconds.set({ topic, partition }, sinceMs === undefined ? 0 : Math.max(0, nowMs - sinceMs) / 1_000);
    }
  }

  #move(position: Position, nowMs: number): void {
    const standing = this.#standings.get(keyOf(position));
    if (!standing) return;
    const { nextOffset, oldestMs, end } = position;
    const hasMoved = nextOffset !== standing.nextOffset;
    if (end !== undefined && end > standing.end) standing.end = end;
    standing.nextOffset = nextOffset;
    if (oldestMs !== undefined) standing.sinceMs = oldestMs;
    else if (standing.end <= nextOffset) standing.sinceMs = undefined;
    // The broker has records that nobody here has seen: their times are not known, only since when that is so.
    else if (hasMoved || standing.sinceMs === undefined) standing.sinceMs = nowMs;
  }
}

function keyOf({ topic, partition }: PartitionRef): string {
  return `${topic}/${partition}`;
}
