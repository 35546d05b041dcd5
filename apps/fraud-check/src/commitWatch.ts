import { within } from "@scoreline/http";

/** A record's place in the stream. */
export type Place = { topic: string; partition: number; offset: bigint };

/** A partition is decided below `nextOffset`. */
export type Position = { topic: string; partition: number; nextOffset: bigint };

export interface CommitWatchOptions {
  /** Asks the store where every partition stands. */
  readPositions: () => Promise<Position[]>;
  /** How often it is asked while someone waits, so that a commit nobody told of only costs time. */
  pollMs: number;
}

type Waiter = { offset: bigint; resolve: (passed: boolean) => void };
type Partition = { nextOffset: bigint; waiters: Set<Waiter> };

/** Lets each request wait until the scorer has committed its record. */
export class CommitWatch {
  readonly #options: CommitWatchOptions;
  readonly #partitions = new Map<string, Partition>();
  #waiting = 0;
  #polling = false;

  constructor(options: CommitWatchOptions) {
    this.#options = options;
  }

  /** True once a commit has passed the place; false when none has within `msMax`. */
  until({ topic, partition, offset }: Place, msMax: number): Promise<boolean> {
    const at = this.#partitionOf(topic, partition);
    if (at.nextOffset > offset) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        offset,
        resolve: (passed) => {
          clearTimeout(timer);
          at.waiters.delete(waiter);
          this.#waiting -= 1;
          resolve(passed);
        },
      };
      const timer = setTimeout(() => waiter.resolve(false), msMax);
      at.waiters.add(waiter);
      this.#waiting += 1;
      if (!this.#polling) void this.#poll();
    });
  }

  /** Takes what was heard of a commit; an older word than the newest changes nothing. */
  advance({ topic, partition, nextOffset }: Position): void {
    const at = this.#partitionOf(topic, partition);
    if (nextOffset <= at.nextOffset) return;
    at.nextOffset = nextOffset;
    for (const waiter of at.waiters) if (waiter.offset < nextOffset) waiter.resolve(true);
  }

  /** Asks where the partitions stand, if anyone waits for it. A store that does not answer is asked again later. */
  async refresh(): Promise<void> {
    if (this.#waiting === 0) return;
    const positions = await within(this.#options.readPositions(), this.#options.pollMs).catch(() => undefined);
    for (const position of positions ?? []) this.advance(position);
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#waiting > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#options.pollMs));
      await this.refresh();
    }
    this.#polling = false;
  }

  #partitionOf(topic: string, partition: number): Partition {
    const key = `${topic}/${partition}`;
    let found = this.#partitions.get(key);
    if (!found) {
      found = { nextOffset: -1n, waiters: new Set() };
      this.#partitions.set(key, found);
    }
    return found;
  }
}
