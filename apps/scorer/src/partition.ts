import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import {
  type Committed,
  commitSettlement,
  committedOffset,
  type Database,
  Fenced,
  type HeldPartition,
  readCommitted,
  recordedIds,
  recordProjected,
  type Settlement,
} from "@scoreline/stores/postgres";
import { createDecide, type Decide } from "./decide.ts";
import { Dropped, faultOf, persist, wait } from "./faults.ts";
import type { Observer } from "./observer.ts";
import type { Policies } from "./policies.ts";
import type { Projector } from "./projections.ts";
import { type Draft, faulty, type Reader } from "./read.ts";
import { settle } from "./settle.ts";
import { type KeptWindows, WindowKeeper } from "./windows.ts";

/** Records settled in one transaction. */
const batchMax = 2_000;

/** Bytes settled in one transaction, unless a single record has more: a statement that keeps bad records holds them twice. */
const batchBytesMax = 16_000_000;

/** A partition's records wait while a sink is slow; above these bounds the partition is paused. */
const backlogMax = 3 * batchMax;
const backlogBytesMax = 2 * batchBytesMax;

/** Offsets read back and projected again in one go: bad records among them come with all their bytes. */
const catchUpMax = 250n;

/** How long a partition that is taken away or shut down may take to finish the batch in hand. */
const finishMsMax = 10_000;

export type PartitionDeps = {
  sql: Database;
  policies: Pick<Policies, "snapshot" | "until">;
  project: Projector;
  observer: Observer;
};

/** How a batch is decided, and the windows that it enters. */
type Ready = { decide: Decide; windows: KeptWindows["windows"] };

/**
 * One partition in this process' hands: its records are settled in order, each batch in one fenced transaction, and then
 * projected while the next batch is settled.
 */
export class PartitionWorker {
  readonly held: HeldPartition;
  readonly #read: Reader;
  readonly #deps: PartitionDeps;
  readonly #onFailure: (error: unknown) => void;
  readonly #drop = new AbortController();
  /** Aborted when nothing new is begun any more: a batch that waits for a policy or its windows is given up. */
  readonly #patience = new AbortController();
  readonly #windows: WindowKeeper;
  #backlog: ConsumedRecord[] = [];
  #backlogBytes = 0;
  /** Records that were accepted and are not settled. */
  #open = 0;
  #failed = false;
  #draining: Promise<void> | undefined;
  #projecting: Promise<void> = Promise.resolve();

  /** `onFailure` hears, once, why the partition cannot go on. */
  constructor(held: HeldPartition, read: Reader, deps: PartitionDeps, onFailure: (error: unknown) => void) {
    this.held = held;
    this.#onFailure = onFailure;
    this.#read = read;
    this.#deps = deps;
    this.#windows = new WindowKeeper(held, {
      sql: deps.sql,
      persist: (attempt) => this.#persist("postgres", attempt, this.#patience.signal),
      onRebuilt: (rows, ms) => deps.observer.rebuilt(held, rows, ms),
    });
  }

  /** What the windows of this partition hold. */
  get windows(): WindowKeeper["size"] {
    return this.#windows.size;
  }

  get backlog(): number {
    return this.#backlog.length;
  }

  /** True when the backlog has reached its bound, in records or in bytes: the partition should be paused. */
  get full(): boolean {
    return this.#backlog.length > backlogMax || this.#backlogBytes > backlogBytesMax;
  }

  /** True when there is room again for what a fetch brings. */
  get roomy(): boolean {
    return this.#backlog.length <= backlogMax / 2 && this.#backlogBytes <= backlogBytesMax / 2;
  }

  /** Starts with what an earlier holder left to project; records that come meanwhile wait. */
  begin(): void {
    this.#draining = this.#drain(() => this.catchUp()).catch((error: unknown) => this.#fail(error));
  }

  /** Takes records of this partition, in order. */
  accept(records: ConsumedRecord[]): void {
    this.#deps.observer.received(this.held.topic, records.length);
    this.#open += records.length;
    this.#backlog.push(...records);
    for (const record of records) this.#backlogBytes += bytesOf(record);
    this.#draining ??= this.#drain().catch((error: unknown) => this.#fail(error));
  }

  /** Makes the windows that the published policies ask for, so that they are there when they are needed. */
  prepare(): void {
    const { snapshot } = this.#deps.policies;
    if (snapshot && !this.#patience.signal.aborted) this.#windows.prepare(snapshot.planFrom(this.held.maxTMs));
  }

  /** Projects again what an earlier holder committed and may not have projected. */
  async catchUp(): Promise<void> {
    const { held } = this;
    const end = held.nextOffset;
    for (let from = held.projectedOffset; from < end; from += catchUpMax) {
      const to = from + catchUpMax < end ? from + catchUpMax : end;
      const committed = await this.#persist("postgres", () => readCommitted(this.#deps.sql, held, from, to));
      await this.#project(committed, to);
    }
  }

  /** Gives the partition up: what is committed stays, what is not is left to the next holder. Resolves when nothing runs. */
  async drop(): Promise<void> {
    this.#clear();
    this.#patience.abort();
    this.#drop.abort();
    await this.#draining;
    await this.#windows.ended();
    await this.#projecting.catch(() => undefined);
    this.#deps.observer.returned(this.held.topic, this.#open);
    this.#open = 0;
  }

  /** Finishes the batch in hand, its projection included, within a bound; then gives the partition up. */
  async finish(): Promise<void> {
    this.#clear();
    this.#patience.abort();
    const timer = new AbortController();
    const idle = Promise.resolve(this.#draining).then(() => this.#projecting.catch(() => undefined));
    await Promise.race([idle, wait(finishMsMax, timer.signal)]);
    timer.abort();
    await this.drop();
  }

  #clear(): void {
    this.#backlog = [];
    this.#backlogBytes = 0;
  }

  /** Tells once why the partition cannot go on. One that was given up tells nothing. */
  #fail(error: unknown): void {
    if (this.#failed || error instanceof Dropped) return;
    this.#failed = true;
    this.#onFailure(error);
  }

  async #drain(first?: () => Promise<void>): Promise<void> {
    try {
      // Without anything to do first, a batch is in hand before this function first gives way.
      if (first) await first();
      while (this.#backlog.length > 0) {
        const batch = this.#backlog.splice(0, batchSizeOf(this.#backlog));
        for (const record of batch) this.#backlogBytes -= bytesOf(record);
        await this.#settle(batch.map((record) => this.#draft(record)));
      }
    } finally {
      // No await lies between the last look at the backlog and this, so no record is left behind.
      this.#draining = undefined;
    }
  }

  #drafted = 0;

  #draft(record: ConsumedRecord): Draft {
    this.#drafted = Math.max(this.#drafted, this.held.maxTMs, record.timestampMs);
    return this.#read(record, this.#drafted);
  }

  /** Settles a batch; one that holds a row which Postgres refuses is halved until that record stands alone. */
  async #settle(drafts: Draft[]): Promise<void> {
    try {
      const settlement = await this.#commit(drafts, await this.#ready(drafts));
      this.#deps.observer.settled(this.held, drafts, settlement);
      this.#open -= drafts.length;
      await this.#projecting;
      this.#projecting = this.#project(settlement, settlement.next);
      this.#projecting.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      const [draft, ...others] = drafts;
      if (faultOf(error) !== "refused" || !draft) throw error;
      if (others.length === 0) return this.#settle([condemn(draft, error)]);
      const half = Math.ceil(drafts.length / 2);
      await this.#settle(drafts.slice(0, half));
      await this.#settle(drafts.slice(half));
    }
  }

  /** What a batch is decided by; waits until the policies in force at its times are known and their windows are there. */
  async #ready(drafts: readonly Draft[]): Promise<Ready | undefined> {
    const times = drafts.flatMap((draft) => (draft.kind === "candidate" ? [draft.tMs] : []));
    const [firstMs, lastMs] = [times[0], times.at(-1)];
    if (firstMs === undefined || lastMs === undefined) return undefined;
    const { policies, observer } = this.#deps;
    const { signal } = this.#patience;
    try {
      const snapshot = await policies.until(firstMs, lastMs, signal, (why) => observer.waiting(this.held, why));
      const plan = snapshot.planFrom(Math.max(this.held.maxTMs, firstMs));
      const kept = await this.#windows.serving(plan, snapshot.policiesBetween(firstMs, lastMs));
      return { decide: createDecide(snapshot, kept), windows: kept.windows };
    } finally {
      observer.waiting(this.held, undefined);
    }
  }

  async #commit(drafts: readonly Draft[], ready: Ready | undefined): Promise<Settlement> {
    const { sql } = this.#deps;
    const ids = drafts.flatMap((draft) => (draft.kind === "candidate" ? [draft.application.application_id] : []));
    for (;;) {
      const recorded = await this.#persist("postgres", () => recordedIds(sql, ids));
      try {
        const settlement = settle(drafts, recorded, ready?.decide ?? undecided);
        await this.#persist("postgres", () => this.#commitOnce(settlement));
        ready?.windows.commit();
        this.held.nextOffset = settlement.next;
        this.held.maxTMs = settlement.maxTMs;
        return settlement;
      } catch (error) {
        // What is decided again, or in halves, is decided by the windows as of the last commit.
        ready?.windows.rollback();
        // Another partition recorded one of these ids between the look-up and the commit: look again.
        if (faultOf(error) !== "contended") throw error;
      }
    }
  }

  /** Commits, unless an earlier attempt whose answer was lost did. */
  async #commitOnce(settlement: Settlement): Promise<void> {
    try {
      await commitSettlement(this.#deps.sql, this.held, settlement);
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      if ((await committedOffset(this.#deps.sql, this.held)) !== settlement.next) throw error;
    }
  }

  async #project(committed: Committed, to: bigint): Promise<void> {
    await this.#persist("projections", () => this.#deps.project(this.held, committed));
    await this.#persist("postgres", () => recordProjected(this.#deps.sql, this.held, to));
    this.held.projectedOffset = to;
  }

  #persist<T>(sink: string, attempt: () => Promise<T>, dropped = this.#drop.signal): Promise<T> {
    return persist(attempt, dropped, (error) => this.#deps.observer.retrying(this.held, sink, error));
  }
}

/** A batch without an application is settled without a policy. */
const undecided: Decide = () => {
  throw new Error("A batch that needs no policy has an application.");
};

/** How many of the first records make a batch: one at least. */
function batchSizeOf(records: readonly ConsumedRecord[]): number {
  let bytes = 0;
  const beyond = records.slice(0, batchMax).findIndex((record) => {
    bytes += bytesOf(record);
    return bytes > batchBytesMax;
  });
  return beyond === -1 ? batchMax : Math.max(beyond, 1);
}

function bytesOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

/** The record that Postgres refuses, as a bad record of its own. */
function condemn(draft: Draft, error: unknown): Draft {
  if (draft.kind === "skipped") throw error;
  const detail = `The database refused the record (SQLSTATE ${(error as { code: string }).code}).`;
  const failures = [{ pointer: "", check: "unclassified", detail }];
  if (draft.kind === "candidate") return faulty(draft.raw, draft.tMs, draft.application.application_id, failures);
  // It is refused again with nothing of the sender's in its issue: then the fault is not the record's.
  if (draft.record.failures[0]?.check === "unclassified") throw error;
  return { ...draft, record: { ...draft.record, failures } };
}
