import { type Input, PartitionWindows, type Windowed, WindowPlan } from "@scoreline/policy";
import {
  type Database,
  firstOffsetAfter,
  type HeldPartition,
  readWindowRows,
  type WindowReads,
  type WindowTable,
} from "@scoreline/stores/postgres";
import type { KeptWindows } from "./subject.ts";

/** Rows read back in one query: some tens of milliseconds of work, after which other partitions have their turn. */
const rowsMax = 10_000;

export type WindowDeps = {
  sql: Database;
  /** Where the partition's events are recorded. */
  table: WindowTable;
  /** Repeats a query for as long as Postgres is away; rejects when the partition is given up. */
  persist: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Called for each part of the rows that was read. */
  onRebuilding: () => void;
  onRebuilt: (rows: number, ms: number) => void;
};

/**
 * Keeps the windows of a partition. They are made from its committed rows, beside the work: batches go on by the windows
 * there are for as long as these serve them, and the new ones take their place between two batches.
 */
export class WindowKeeper {
  readonly #held: HeldPartition;
  readonly #deps: WindowDeps;
  #kept = emptyWindows();
  #rebuild: Rebuild | undefined;
  #awaited = false;

  constructor(held: HeldPartition, deps: WindowDeps) {
    this.#held = held;
    this.#deps = deps;
  }

  get size(): PartitionWindows["size"] {
    return this.#kept.windows.size;
  }

  /** Begins to make the windows of a plan, unless they are there or in the making. */
  prepare(plan: WindowPlan): void {
    if (this.#awaited || this.#rebuild?.plan.key === plan.key) return;
    this.#rebuild?.cancel();
    this.#rebuild = this.#kept.plan.key === plan.key ? undefined : new Rebuild(plan, this.#held, this.#deps);
  }

  /** The windows there are, if they serve `policies` and those of `plan` are not ready to take their place. */
  serving(plan: WindowPlan, policies: readonly Windowed[]): KeptWindows | undefined {
    this.prepare(plan);
    const [kept, rebuild] = [this.#kept, this.#rebuild];
    return !rebuild || (!rebuild.ready && policies.every((policy) => kept.plan.covers(policy))) ? kept : undefined;
  }

  /** Between two batches: the windows that were prepared last, once they are there. */
  async renewed(): Promise<KeptWindows> {
    if (!this.#rebuild) return this.#kept;
    this.#awaited = true;
    try {
      this.#kept = await this.#rebuild.finish();
      this.#rebuild = undefined;
      return this.#kept;
    } finally {
      this.#awaited = false;
    }
  }

  /** Resolves when nothing is in the making, once the partition was given up. */
  async ended(): Promise<void> {
    await this.#rebuild?.ended();
  }
}

/** They serve policies without windows from the start. */
function emptyWindows(): KeptWindows {
  const plan = new WindowPlan([]);
  return { plan, windows: new PartitionWindows(plan) };
}

/** Windows in the making: first the rows that were committed when it began, at the end those that came meanwhile. */
class Rebuild {
  readonly plan: WindowPlan;
  readonly #windows: PartitionWindows;
  readonly #reads: WindowReads;
  readonly #held: HeldPartition;
  readonly #deps: WindowDeps;
  readonly #running: Promise<void>;
  #next: bigint | undefined;
  #rows = 0;
  #ready = false;
  #cancelled = false;

  constructor(plan: WindowPlan, held: HeldPartition, deps: WindowDeps) {
    this.plan = plan;
    this.#windows = new PartitionWindows(plan);
    this.#reads = readsOf(plan.inputs);
    this.#held = held;
    this.#deps = deps;
    const startedMs = performance.now();
    this.#running = this.#advance().then(() => {
      this.#ready = true;
      if (this.#rows > 0) deps.onRebuilt(this.#rows, performance.now() - startedMs);
    });
    // Told to who calls `finish`.
    this.#running.catch(() => {
      this.#ready = true;
    });
  }

  /** True when there is little or nothing left to do, or an error to tell. */
  get ready(): boolean {
    return this.#ready;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** The windows, up to the last commit. No batch may be under way. */
  async finish(): Promise<KeptWindows> {
    await this.#running;
    await this.#advance();
    return { plan: this.plan, windows: this.#windows };
  }

  async ended(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  async #advance(): Promise<void> {
    const { sql, table, persist } = this.#deps;
    if (this.plan.windowMsMax === 0) return;
    const { nextOffset, maxTMs } = this.#held;
    const all = { from: 0n, to: nextOffset };
    const first = () => firstOffsetAfter(sql, table, this.#held, maxTMs - this.plan.windowMsMax, all);
    let from: bigint = this.#next ?? (await persist(first));
    while (from < this.#held.nextOffset && !this.#cancelled) {
      const range: { from: bigint; to: bigint } = { from, to: this.#held.nextOffset };
      const read = await persist(() => readWindowRows(sql, table, this.#held, range, this.#reads, rowsMax));
      for (const row of read.rows) this.#windows.add(row.tMs, row);
      this.#windows.commit();
      this.#rows += read.rows.length;
      this.#deps.onRebuilding();
      from = read.next;
    }
    this.#next = from;
  }
}

/** The columns and attributes of a recorded event that these inputs are read from. */
function readsOf(inputs: readonly Input[]): WindowReads {
  const names = (origin: Input["origin"]) => [
    ...new Set(inputs.filter((input) => input.origin === origin).map((input) => input.name)),
  ];
  return { columns: names("field"), attributes: names("attribute") };
}
