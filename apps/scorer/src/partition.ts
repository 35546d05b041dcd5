import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import type { Committer, Database, HeldPartition } from "@scoreline/stores/postgres";
import type { Tracing } from "@scoreline/telemetry";
import { CommitPipeline, type Ready } from "./commitPipeline.ts";
import { Dropped, persist, wait } from "./faults.ts";
import type { Observer } from "./observer.ts";
import type { Policies } from "./policies.ts";
import { ProjectionQueue } from "./projectionQueue.ts";
import type { Projector } from "./projections.ts";
import type { Draft, Reader } from "./read.ts";
import type { SeenIds } from "./seenIds.ts";
import type { Kind, Subject } from "./subject.ts";
import { RecordTraces } from "./traces.ts";
import { type Trail, TrailingProjection } from "./trailingProjection.ts";
import { WindowKeeper } from "./windows.ts";

/** Records settled in one transaction: all that wait, up to this. */
const batchMax = 2_000;

/** Bytes settled in one transaction, unless a single record has more: a bad record is sent as twice its size. */
const batchBytesMax = 2_000_000;

/** Above these bounds of what it has in hand, a partition that does not move on is paused. */
const inHandMax = batchMax;
const inHandBytesMax = batchBytesMax;

/** How long a partition that is taken away or shut down may take to finish the batches in hand. */
const finishMsMax = 10_000;

/** How long what is under way may take to end, once the partition is given up. */
const dropMsMax = 2_000;

export type PartitionDeps<K extends Kind> = {
  /** What the topic holds. */
  subject: Subject<K>;
  read: Reader<K["event"]>;
  sql: Database;
  commit: Committer["commit"];
  seen: SeenIds;
  policies: Pick<Policies, "snapshot" | "until">;
  project: Projector<K["committed"] | K["scored"]>;
  /** What follows the commits at a pace of its own, if anything does. */
  trail?: Trail<K["committed"]>;
  observer: Observer;
  tracing?: Tracing;
  /** This program's version, kept with what it finds bad. */
  version: string;
};

export type PartitionEvents = {
  /** Hears, once, why the partition cannot go on. */
  onFailure: (error: unknown) => void;
  /** Hears that less is in hand. */
  onMoved: () => void;
};

/**
 * One partition in this process' hands: its records wait in a bounded backlog, are settled in order, and what was settled is
 * projected beside that.
 */
export class PartitionWorker<K extends Kind> {
  readonly held: HeldPartition;
  readonly #deps: PartitionDeps<K>;
  readonly #events: PartitionEvents;
  readonly #drop = new AbortController();
  /** Aborted when nothing new is begun any more: a batch that waits for a policy or its windows is given up. */
  readonly #patience = new AbortController();
  readonly #windows: WindowKeeper;
  readonly #pipeline: CommitPipeline<K>;
  readonly #projections: ProjectionQueue<K["committed"] | K["scored"]>;
  readonly #trailing: TrailingProjection<K["committed"]> | undefined;
  readonly #traces: RecordTraces<K>;
  #backlog: ConsumedRecord[] = [];
  #backlogBytes = 0;
  /** Records that were accepted and are not settled, those of batches under way included. */
  #unsettled = 0;
  /** Batches that were taken and may not be settled: where each ends, and the time of its first record. */
  readonly #taken: { end: bigint; tMs: number }[] = [];
  #failed = false;
  #isReturned = false;
  #draining: Promise<void> | undefined;
  #draftedMs = 0;

  constructor(held: HeldPartition, deps: PartitionDeps<K>, events: PartitionEvents) {
    this.held = held;
    this.#events = events;
    this.#deps = deps;
    const { subject, sql, commit, seen, project, observer, trail } = deps;
    const { table } = subject;
    this.#traces = new RecordTraces(held, subject, deps.tracing);
    this.#windows = new WindowKeeper(held, {
      sql,
      table: table.windows,
      persist: (attempt) => this.#persist("postgres", attempt, this.#patience.signal),
      onRebuilding: () => observer.rebuilding(held),
      onRebuilt: (rows, ms) => observer.rebuilt(held, rows, ms),
    });
    const onRetry = (error: unknown) => observer.retrying(held, trail?.name ?? "", error);
    this.#trailing = trail && new TrailingProjection(held, { sql, table, trail, onRetry });
    this.#projections = new ProjectionQueue(held, {
      sql,
      table,
      project,
      persist: (sink, attempt) => this.#persist(sink, attempt),
      onFailure: (error) => this.#fail(error),
      took: (ms) => observer.took("project", ms),
      onProjected: () => events.onMoved(),
    });
    this.#pipeline = new CommitPipeline(held, subject, {
      sql,
      commit,
      seen,
      version: deps.version,
      ready: (drafts, quiet) => this.#ready(drafts, quiet),
      persist: (attempt) => this.#persist("postgres", attempt),
      took: observer.took,
      onCommit: () => this.#traces.committing(),
      onSettled: (drafts, settlement) => {
        // What was left behind and ends later has been told of as returned.
        if (this.#isReturned) return;
        observer.settled(held, drafts, settlement, subject.outcomeOf);
        this.#unsettled -= drafts.length;
        const traced = this.#traces.settled(settlement);
        this.#projections.push(traced ? { ...settlement, traced } : settlement);
        this.#trailing?.follow();
        events.onMoved();
      },
    });
  }

  /** What the windows of this partition hold. */
  get windows(): WindowKeeper["size"] {
    return this.#windows.size;
  }

  /** The records that were accepted and are not yet projected, and the bytes of those that still hold theirs. */
  get inHand(): { records: number; bytes: number } {
    const { records, bytes } = this.#projections.waiting;
    return { records: this.#unsettled + records, bytes: this.#backlogBytes + bytes };
  }

  /** The broker's time of the oldest record that was accepted and is not settled, in epoch milliseconds. */
  get oldestMs(): number | undefined {
    this.#forgetSettled();
    const waiting = this.#backlog[0];
    return this.#taken[0]?.tMs ?? (waiting && this.#timeOf(waiting));
  }

  /** True when so much is in hand that the partition should be paused, unless it moves on. */
  get full(): boolean {
    const { records, bytes } = this.inHand;
    return records > inHandMax || bytes > inHandBytesMax;
  }

  /** Starts with what an earlier holder left to project. */
  begin(): void {
    this.#projections.begin();
    this.#trailing?.follow();
  }

  /** Takes records of this partition, in order. */
  accept(records: ConsumedRecord[]): void {
    this.#deps.observer.received(this.held.topic, records.length);
    for (const record of records) {
      this.#backlog.push(record);
      this.#backlogBytes += bytesOf(record);
    }
    this.#unsettled += records.length;
    this.#draining ??= this.#drain();
  }

  /** Makes the windows that the published policies ask for, so that they are there when they are needed. */
  prepare(): void {
    const { subject, policies } = this.#deps;
    const { snapshot } = policies;
    if (!snapshot || this.#patience.signal.aborted) return;
    this.#windows.prepare(snapshot.planFrom(subject.block, this.held.maxTMs));
  }

  /**
   * Gives the partition up: what is committed stays, what is not is left to the next holder. Resolves when nothing runs any
   * more; a statement that Postgres does not end is left behind, and can write nothing once the partition is taken again.
   */
  async drop(): Promise<void> {
    this.#clear();
    this.#patience.abort();
    this.#drop.abort();
    this.#trailing?.stop();
    await within(dropMsMax, this.#ended());
    if (this.#isReturned) return;
    this.#isReturned = true;
    this.#traces.dropped();
    this.#deps.observer.returned(this.held.topic, this.#unsettled);
  }

  /** Finishes the batches in hand, their projection included, within a bound; then gives the partition up. */
  async finish(): Promise<void> {
    this.#clear();
    this.#patience.abort();
    await within(
      finishMsMax,
      Promise.resolve(this.#draining).then(() => this.#projections.idle()),
    );
    await this.drop();
  }

  async #ended(): Promise<void> {
    await this.#draining;
    await this.#windows.ended();
    await this.#projections.idle();
    await this.#trailing?.idle();
  }

  #clear(): void {
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#events.onMoved();
  }

  /** Tells once why the partition cannot go on. One that was given up tells nothing. */
  #fail(error: unknown): void {
    if (this.#failed || error instanceof Dropped) return;
    this.#failed = true;
    this.#events.onFailure(error);
  }

  async #drain(): Promise<void> {
    try {
      while (this.#backlog.length > 0) {
        // Without a reason to wait, a batch is in hand before this function first gives way.
        if (this.#projections.isFull) await this.#projections.room();
        const startMs = performance.now();
        const drafts = this.#take();
        this.#deps.observer.took("read", performance.now() - startMs);
        if (drafts.length > 0) await this.#pipeline.settle(drafts);
        if (this.#backlog.length === 0) await this.#pipeline.settled();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      // No await lies between the last look at the backlog and this, so no record is left behind.
      this.#draining = undefined;
    }
  }

  /** The next batch, read: all that waits, within the bounds of a batch, at the broker's time, which never falls. */
  #take(): Draft<K["event"]>[] {
    const batch = this.#backlog.splice(0, batchSizeOf(this.#backlog));
    for (const record of batch) this.#backlogBytes -= bytesOf(record);
    const [first, last] = [batch[0], batch.at(-1)];
    this.#forgetSettled();
    this.#traces.taken(batch);
    if (first && last) this.#taken.push({ end: last.offset + 1n, tMs: this.#timeOf(first) });
    return batch.map((record) => {
      this.#draftedMs = this.#timeOf(record);
      return this.#deps.read(record, this.#draftedMs);
    });
  }

  #timeOf({ timestampMs }: ConsumedRecord): number {
    return Math.max(this.#draftedMs, this.held.maxTMs, timestampMs);
  }

  #forgetSettled(): void {
    while (this.#taken[0] && this.#taken[0].end <= this.held.nextOffset) this.#taken.shift();
  }

  /** What a batch is decided by; waits until the policies in force at its times are known and their windows are there. */
  async #ready(drafts: readonly Draft<K["event"]>[], quiet: () => Promise<void>): Promise<Ready<K> | undefined> {
    const first = drafts.find((draft) => draft.kind === "candidate")?.tMs;
    const last = drafts.findLast((draft) => draft.kind === "candidate")?.tMs;
    if (first === undefined || last === undefined) return undefined;
    const { subject, policies, observer } = this.#deps;
    try {
      const why = (reason: string) => observer.waiting(this.held, reason);
      const snapshot = await policies.until(first, last, this.#patience.signal, why);
      const plan = snapshot.planFrom(subject.block, Math.max(this.held.maxTMs, first));
      let kept = this.#windows.serving(plan, snapshot.rulesBetween(subject.block, first, last));
      if (!kept) {
        await quiet();
        kept = await this.#windows.renewed();
      }
      return { score: subject.scoreBy(snapshot, kept), windows: kept.windows };
    } finally {
      observer.waiting(this.held, undefined);
    }
  }

  #persist<T>(sink: string, attempt: () => Promise<T>, dropped = this.#drop.signal): Promise<T> {
    return persist(attempt, dropped, (error) => this.#deps.observer.retrying(this.held, sink, error));
  }
}

/** How many of the first records make a batch: one at least. */
function batchSizeOf(records: readonly ConsumedRecord[]): number {
  let bytes = 0;
  const count = Math.min(records.length, batchMax);
  for (let index = 0; index < count; index += 1) {
    bytes += bytesOf(records[index] as ConsumedRecord);
    if (bytes > batchBytesMax) return Math.max(index, 1);
  }
  return count;
}

function bytesOf({ key, value, headers }: ConsumedRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, content] of headers) bytes += name.length + content.length;
  return bytes;
}

/** Resolves when `work` has ended, well or not, and after `ms` milliseconds at the latest. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work.catch(() => undefined), wait(ms, timer.signal)]);
  timer.abort();
}
