import type { PartitionWindows, WindowMark } from "@scoreline/policy";
import {
  type Committer,
  committedOffset,
  type Database,
  Fenced,
  type HeldPartition,
  type Settlement,
} from "@scoreline/stores/postgres";
import { faultOf } from "./faults.ts";
import { type Draft, faulty } from "./read.ts";
import type { SeenIds } from "./seenIds.ts";
import { idsOf, settle } from "./settle.ts";
import type { Kind, Score, Subject } from "./subject.ts";

/** After an id was met that the filter did not know, this many batches have all of their ids looked up. */
const waryBatches = 100;

/** How a batch is scored, and the windows that it enters. */
export type Ready<K extends Kind> = { score: Score<K>; windows: PartitionWindows };

export type CommitPipelineDeps<K extends Kind> = {
  sql: Database;
  commit: Committer["commit"];
  /** The ids that any partition of this process has seen. */
  seen: SeenIds;
  /** This program's version, kept with what it finds bad. */
  version: string;
  /** What decides a batch, undefined when nothing in it is to be decided. `quiet` resolves when no batch is under way. */
  ready: (drafts: readonly Draft<K["event"]>[], quiet: () => Promise<void>) => Promise<Ready<K> | undefined>;
  /** Repeats an attempt for as long as Postgres is away; rejects when the partition is given up. */
  persist: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Hears how long a batch took to be decided, and to be committed. */
  took: (step: "decide" | "commit", ms: number) => void;
  /** A batch is about to be written. */
  onCommit: () => void;
  onSettled: (drafts: readonly Draft<K["event"]>[], settlement: Settlement<K["scored"]>) => void;
};

/** A batch that was decided by what its predecessors, of which one may be under way, leave behind. */
type Decided<K extends Kind> = {
  drafts: readonly Draft<K["event"]>[];
  settlement: Settlement<K["scored"]>;
  ready: Ready<K> | undefined;
  mark: WindowMark | undefined;
  /** It holds for as long as nothing is taken back. */
  round: number;
};

const none: ReadonlySet<string> = new Set();

/**
 * Settles the batches of one partition in order, each in one fenced transaction. A batch is decided while the one before it
 * is committed. Rows go straight in: only ids that may have been seen are looked up first. Where the key knows better,
 * everything that is not committed is taken back, and decided again by what is recorded.
 */
export class CommitPipeline<K extends Kind> {
  readonly #held: HeldPartition;
  readonly #subject: Subject<K>;
  readonly #deps: CommitPipelineDeps<K>;
  #committing: Promise<void> = Promise.resolve();
  /** What the commit under way records. */
  #underWay: Settlement<K["scored"]> | undefined;
  #round = 0;
  #mending = false;
  #waryFor = 0;

  constructor(held: HeldPartition, subject: Subject<K>, deps: CommitPipelineDeps<K>) {
    this.#held = held;
    this.#subject = subject;
    this.#deps = deps;
  }

  /** Decides a batch and begins its commit, once the one before is committed. Throws what ended that one. */
  async settle(drafts: readonly Draft<K["event"]>[]): Promise<void> {
    for (;;) {
      const decided = await this.#decide(drafts);
      await this.#committing;
      if (decided.round !== this.#round) continue;
      this.#committing = this.#commit(decided);
      // It is told to who settles the next batch, or asks whether this one is settled.
      this.#committing.catch(() => {});
      return;
    }
  }

  /** Resolves when no batch is under way. Throws what ended the last one. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  async #decide(drafts: readonly Draft<K["event"]>[]): Promise<Decided<K>> {
    for (;;) {
      const ready = await this.#deps.ready(drafts, () => this.settled());
      // What is being mended comes before this batch, in the windows as in the table.
      if (this.#mending) await this.#committing;
      const startMs = performance.now();
      const [round, underWay] = [this.#round, this.#underWay];
      const suspects = this.#suspectsOf(drafts);
      const recorded = suspects.length === 0 ? none : this.#union(await this.#look(suspects), underWay);
      if (round !== this.#round) continue;
      const settlement = this.#settle(drafts, recorded, ready);
      this.#deps.took("decide", performance.now() - startMs);
      return { drafts, settlement, ready, mark: ready?.windows.mark(), round };
    }
  }

  #suspectsOf(drafts: readonly Draft<K["event"]>[]): string[] {
    const { seen } = this.#deps;
    const ids = idsOf(drafts);
    const suspects = ids.filter((id) => seen.add(id));
    if (this.#waryFor === 0) return suspects;
    this.#waryFor -= 1;
    return ids;
  }

  #settle(drafts: readonly Draft<K["event"]>[], recorded: ReadonlySet<string>, ready: Ready<K> | undefined) {
    return settle<K>(drafts, recorded, ready?.score ?? unscored, this.#subject.idField);
  }

  /** The ids that are recorded, and those that a commit under way records. */
  #union(recorded: ReadonlySet<string>, underWay: Settlement<K["scored"]> | undefined): ReadonlySet<string> {
    const ids = new Set(recorded);
    for (const scored of underWay?.scored ?? []) ids.add(this.#subject.idOf(scored));
    return ids;
  }

  #look(ids: string[]): Promise<Set<string>> {
    return this.#deps.persist(() => this.#subject.table.recordedIds(this.#deps.sql, ids));
  }

  async #commit(decided: Decided<K>): Promise<void> {
    try {
      await this.#write(decided);
    } catch (error) {
      this.#takeBack(decided);
      const fault = faultOf(error);
      if (fault !== "contended" && fault !== "refused") throw error;
      if (fault === "contended") this.#waryFor = waryBatches;
      this.#mending = true;
      await this.#settleAlone(decided.drafts, decided.ready);
      this.#mending = false;
    }
  }

  /** Settles a batch with nothing else under way; one with a row that Postgres refuses is halved until that stands alone. */
  async #settleAlone(drafts: readonly Draft<K["event"]>[], ready: Ready<K> | undefined): Promise<void> {
    for (;;) {
      const recorded = await this.#look(idsOf(drafts));
      const settlement = this.#settle(drafts, recorded, ready);
      const decided = { drafts, settlement, ready, mark: ready?.windows.mark(), round: this.#round };
      try {
        return await this.#write(decided);
      } catch (error) {
        this.#takeBack(decided);
        const fault = faultOf(error);
        if (fault === "refused") return this.#halve(drafts, ready, error);
        // Another partition recorded one of these ids between the look-up and the commit: look again.
        if (fault !== "contended") throw error;
      }
    }
  }

  async #halve(drafts: readonly Draft<K["event"]>[], ready: Ready<K> | undefined, error: unknown): Promise<void> {
    const [draft, ...others] = drafts;
    if (!draft) throw error;
    if (others.length === 0) return this.#settleAlone([condemn(draft, error, this.#deps.version)], ready);
    const half = Math.ceil(drafts.length / 2);
    await this.#settleAlone(drafts.slice(0, half), ready);
    await this.#settleAlone(drafts.slice(half), ready);
  }

  /** Commits, and makes final what it stands for. */
  async #write({ drafts, settlement, ready, mark }: Decided<K>): Promise<void> {
    this.#underWay = settlement;
    const startMs = performance.now();
    this.#deps.onCommit();
    await this.#deps.persist(() => this.#writeOnce(settlement));
    this.#deps.took("commit", performance.now() - startMs);
    this.#underWay = undefined;
    ready?.windows.commit(mark);
    this.#held.nextOffset = settlement.next;
    this.#held.maxTMs = settlement.maxTMs;
    this.#deps.onSettled(drafts, settlement);
  }

  /** Commits, unless an earlier attempt whose answer was lost did. */
  async #writeOnce(settlement: Settlement<K["scored"]>): Promise<void> {
    try {
      await this.#deps.commit(this.#held, settlement, this.#subject.table.copies);
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      if ((await committedOffset(this.#deps.sql, this.#held)) !== settlement.next) throw error;
    }
  }

  /** What is decided again is decided by the windows as of the last commit. */
  #takeBack({ ready }: Decided<K>): void {
    this.#underWay = undefined;
    this.#round += 1;
    ready?.windows.rollback();
  }
}

/** A batch without a good record is settled without a policy. */
const unscored = (): never => {
  throw new Error("A batch that needs no policy has a good record.");
};

/** The record that Postgres refuses, as a bad record of its own. */
function condemn<Event>(draft: Draft<Event>, error: unknown, version: string): Draft<Event> {
  if (draft.kind === "skipped") throw error;
  const detail = `The database refused the record (SQLSTATE ${(error as { code: string }).code}).`;
  const failures = [{ pointer: "", check: "unclassified", detail }];
  if (draft.kind === "candidate") {
    return faulty(draft.raw, draft.tMs, draft.id, failures, version);
  }
  // It is refused again with nothing of the sender's in its issue: then the fault is not the record's.
  if (draft.record.failures[0]?.check === "unclassified") throw error;
  return { ...draft, record: { ...draft.record, failures } };
}
