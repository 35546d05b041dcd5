import {
  advanceCursor,
  type Database,
  type EventTable,
  type HeldPartition,
  readCursor,
} from "@scoreline/stores/postgres";
import { wait } from "./faults.ts";

/** Offsets read back and projected in one go. */
const offsetsMax = 1_000n;

const backoffMsMin = 50;
const backoffMsMax = 5_000;

export type Trail<Committed> = {
  /** Its name in `projection_cursors`. */
  readonly name: string;
  /** Resolves once the sink has acknowledged; a repeat has the effect of once. */
  readonly write: (place: HeldPartition, events: Committed[]) => Promise<void>;
};

export type TrailingDeps<Committed> = {
  sql: Database;
  table: Pick<EventTable<never, Committed>, "readScored">;
  trail: Trail<Committed>;
  /** Hears of each attempt that failed; it is repeated. */
  onRetry: (error: unknown) => void;
};

/**
 * Projects the committed events of a partition at a pace of its own. They are read back from the table, by a cursor beside
 * the partition's own offsets: however slow its sink is, it takes no memory and holds nobody back. Delivery at least once.
 */
export class TrailingProjection<Committed> {
  readonly #held: HeldPartition;
  readonly #deps: TrailingDeps<Committed>;
  readonly #stopping = new AbortController();
  #cursor: bigint | undefined;
  #running: Promise<void> | undefined;

  constructor(held: HeldPartition, deps: TrailingDeps<Committed>) {
    this.#held = held;
    this.#deps = deps;
  }

  /** Goes on to the last commit, unless it is under way there. */
  follow(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#run();
  }

  /** Begins nothing any more. What was acknowledged and not noted is projected again by the next holder. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { sql, trail } = this.#deps;
    let backoffMs = backoffMsMin;
    while (!this.#stopping.signal.aborted) {
      try {
        this.#cursor ??= await readCursor(sql, trail.name, this.#held);
        if (this.#cursor >= this.#held.nextOffset) break;
        this.#cursor = await this.#project(this.#cursor);
        backoffMs = backoffMsMin;
      } catch (error) {
        this.#deps.onRetry(error);
        await wait(backoffMs, this.#stopping.signal);
        backoffMs = Math.min(2 * backoffMs, backoffMsMax);
      }
    }
    // No await lies between the last look at the offset and this, so no commit is left behind.
    this.#running = undefined;
  }

  async #project(from: bigint): Promise<bigint> {
    const { sql, table, trail } = this.#deps;
    const end = this.#held.nextOffset;
    const to = from + offsetsMax < end ? from + offsetsMax : end;
    const events = await table.readScored(sql, this.#held, { from, to });
    if (events.length > 0) await trail.write(this.#held, events);
    await advanceCursor(sql, trail.name, this.#held, to);
    return to;
  }
}
