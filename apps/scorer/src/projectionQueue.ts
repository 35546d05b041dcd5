import {
  type Database,
  type EventTable,
  type HeldPartition,
  readCommitted,
  recordProjected,
} from "@scoreline/stores/postgres";
import type { Projected, Projector } from "./projections.ts";
import type { Traced } from "./traces.ts";

/** Records projected in one go. */
const recordsMax = 2_000;

/** Above these bounds of what waits to be projected, the partition is not decided on. */
const waitingMax = 2 * recordsMax;
const waitingBytesMax = 4_000_000;

/** Offsets read back and projected again in one go: bad records among them come with all their bytes. */
const catchUpMax = 250n;

export type ProjectionQueueDeps<Scored> = {
  sql: Database;
  table: EventTable<never, Scored>;
  project: Projector<Scored>;
  /** Repeats an attempt for as long as its sink is away; rejects when the partition is given up. */
  persist: <T>(sink: string, attempt: () => Promise<T>) => Promise<T>;
  /** Hears why the projection cannot go on. */
  onFailure: (error: unknown) => void;
  /** Hears how long the sinks took to acknowledge. */
  took: (ms: number) => void;
  /** Hears that less waits. */
  onProjected: () => void;
};

type Part<Scored> = Projected<Scored> & { next: bigint };

/**
 * Projects what is committed of one partition, in order and beside the decisions, which wait only for room. How far it has
 * come is recorded after the sinks have acknowledged, so that the next holder begins there.
 */
export class ProjectionQueue<Scored> {
  readonly #held: HeldPartition;
  readonly #deps: ProjectionQueueDeps<Scored>;
  #parts: Part<Scored>[] = [];
  #records = 0;
  #bytes = 0;
  #running: Promise<void> | undefined;
  /** Records how far the projection has come, beside what is projected next. */
  #noting: Promise<void> = Promise.resolve();
  #failed = false;
  #tellRoom: () => void = () => {};
  #room: Promise<void> | undefined;

  constructor(held: HeldPartition, deps: ProjectionQueueDeps<Scored>) {
    this.#held = held;
    this.#deps = deps;
  }

  /** Begins with what an earlier holder committed and may not have projected. */
  begin(): void {
    this.#running = this.#run(() => this.#catchUp());
  }

  /** Takes in what was committed last. */
  push(part: Part<Scored>): void {
    this.#parts.push(part);
    this.#records += sizeOf(part);
    this.#bytes += bytesOf(part);
    if (!this.#failed) this.#running ??= this.#run();
  }

  /** What is not yet projected; `bytes` are those of bad records. */
  get waiting(): { records: number; bytes: number } {
    return { records: this.#records, bytes: this.#bytes };
  }

  /** True when as much waits as may. */
  get isFull(): boolean {
    return this.#records >= waitingMax || this.#bytes >= waitingBytesMax;
  }

  /** Resolves once there is room for another batch, or the projection has failed. */
  async room(): Promise<void> {
    while (this.isFull && !this.#failed) {
      this.#room ??= new Promise((resolve) => {
        this.#tellRoom = resolve;
      });
      await this.#room;
    }
  }

  /** Resolves when nothing is left to project, or the projection has failed. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(first?: () => Promise<void>): Promise<void> {
    try {
      await first?.();
      for (let parts = this.#take(); parts.length > 0; parts = this.#take()) {
        await this.#projectAll(parts);
        if (this.#parts.length === 0) await this.#noting;
      }
    } catch (error) {
      this.#failed = true;
      this.#deps.onFailure(error);
    } finally {
      // No await lies between the last look at the parts and this, so none is left behind.
      this.#running = undefined;
      this.#leave();
    }
  }

  async #projectAll(parts: Part<Scored>[]): Promise<void> {
    const scored = parts.flatMap((part) => part.scored);
    const faulty = parts.flatMap((part) => part.faulty);
    await this.#project({ scored, faulty, ...tracedOf(parts) }, (parts.at(-1) as Part<Scored>).next);
    for (const part of parts) {
      this.#records -= sizeOf(part);
      this.#bytes -= bytesOf(part);
    }
    this.#leave();
    this.#deps.onProjected();
  }

  /** The first parts that wait, one at least, as many as are small enough together. */
  #take(): Part<Scored>[] {
    let records = 0;
    const beyond = this.#parts.findIndex((part, index) => {
      records += sizeOf(part);
      return index > 0 && records > recordsMax;
    });
    return this.#parts.splice(0, beyond === -1 ? this.#parts.length : beyond);
  }

  #leave(): void {
    this.#room = undefined;
    this.#tellRoom();
  }

  async #catchUp(): Promise<void> {
    const { projectedOffset, nextOffset: end } = this.#held;
    for (let from = projectedOffset; from < end; from += catchUpMax) {
      const to = from + catchUpMax < end ? from + catchUpMax : end;
      const { sql, table, persist } = this.#deps;
      const committed = await persist("postgres", () => readCommitted(sql, table, this.#held, { from, to }));
      await this.#project(committed, to);
    }
    await this.#noting;
  }

  async #project(committed: Projected<Scored>, to: bigint): Promise<void> {
    const { persist, project, took } = this.#deps;
    const startMs = performance.now();
    const projected = persist("projections", () => project(this.#held, committed)).then(() => {
      took(performance.now() - startMs);
    });
    await Promise.all([projected, this.#noting]);
    this.#noting = this.#note(to);
    // Its failure is told to what is projected next, or to who waits for the end.
    this.#noting.catch(() => {});
  }

  async #note(to: bigint): Promise<void> {
    const { persist, sql } = this.#deps;
    await persist("postgres", () => recordProjected(sql, this.#held, to));
    this.#held.projectedOffset = to;
  }
}

/** The traces of all parts; nothing, nearly always. */
function tracedOf(parts: readonly Projected<unknown>[]): { traced?: Traced } {
  const all = parts.flatMap(({ traced }) => (traced ? [...traced] : []));
  return all.length === 0 ? {} : { traced: new Map(all) };
}

function sizeOf({ scored, faulty }: Projected<unknown>): number {
  return scored.length + faulty.length;
}

function bytesOf({ faulty }: Projected<unknown>): number {
  return faulty.reduce((sum, { kept }) => sum + (kept?.key?.length ?? 0) + (kept?.value?.length ?? 0), 0);
}
