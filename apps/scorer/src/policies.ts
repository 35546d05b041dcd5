import { policyPollMs } from "@scoreline/contracts";
import { Dropped } from "./faults.ts";
import { type CatalogueRead, Compiler, PolicySnapshot } from "./snapshot.ts";

/** A read that failed is repeated after this long. */
const retryMs = 1_000;

export type PoliciesDeps = {
  /** Reads the catalogue; rejects when the store is away or holds what is not ours. */
  read: () => Promise<CatalogueRead>;
  observer: PoliciesObserver;
  pollMs?: number;
};

export type PoliciesObserver = {
  policiesRead(snapshot: PolicySnapshot): void;
  policiesUnread(error: unknown): void;
};

/**
 * The published policies, read again and again, so that every scorer decides each broker instant by the same version: a
 * record is decided by a read that is recent enough to know every version in force at its time, or it waits.
 */
export class Policies {
  readonly #deps: PoliciesDeps;
  readonly #compiler = new Compiler();
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #snapshot: PolicySnapshot | undefined;
  /** False while the next read can be asked for by `#wake`. */
  #reading = true;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(deps: PoliciesDeps) {
    this.#deps = deps;
  }

  /** The latest read; undefined before the first. */
  get snapshot(): PolicySnapshot | undefined {
    return this.#snapshot;
  }

  /** Begins to read. Call it once. */
  start(): void {
    void this.#run();
  }

  /** Ends reading. Who waits goes on waiting: give `until` a signal. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Calls `listener` after each read that succeeds. */
  onRead(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * A snapshot by which records with broker times from `fromMs` to `toMs` may be decided. Waits for one, asking the store
   * at once; `onWait` hears why, whenever that changes. Throws `Dropped` when `signal` is aborted while it waits.
   */
  async until(
    fromMs: number,
    toMs: number,
    signal: AbortSignal,
    onWait: (reason: string) => void,
  ): Promise<PolicySnapshot> {
    let told: string | undefined;
    let asked = false;
    for (;;) {
      const reason = this.#snapshot ? this.#snapshot.blockedBy(fromMs, toMs) : "the policy catalogue was not read yet";
      if (this.#snapshot && reason === undefined) return this.#snapshot;
      if (signal.aborted) throw new Dropped();
      if (reason !== undefined && reason !== told) onWait(reason);
      told = reason;
      // A read that is under way may be too old for these records; the next one is asked for then.
      if (!asked && !this.#reading) {
        asked = true;
        this.#wake();
      }
      await this.#nextRead(signal);
    }
  }

  async #run(): Promise<void> {
    const { pollMs = policyPollMs } = this.#deps;
    while (!this.#stopped) {
      this.#reading = true;
      const succeeded = await this.#readOnce();
      if (this.#stopped) return;
      await new Promise<void>((resolve) => {
        this.#reading = false;
        const timer = setTimeout(resolve, succeeded ? pollMs : Math.min(retryMs, pollMs));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        for (const resume of [...this.#waiting]) resume();
      });
    }
  }

  async #readOnce(): Promise<boolean> {
    try {
      this.#snapshot = new PolicySnapshot(await this.#deps.read(), this.#compiler);
      this.#deps.observer.policiesRead(this.#snapshot);
      for (const listener of this.#listeners) listener();
      return true;
    } catch (error) {
      if (!this.#stopped) this.#deps.observer.policiesUnread(error);
      return false;
    }
  }

  /** Resolves when the next read has ended, well or not, or when `signal` is aborted. */
  #nextRead(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.#waiting.delete(resume);
        signal.removeEventListener("abort", resume);
        resolve();
      };
      this.#waiting.add(resume);
      signal.addEventListener("abort", resume);
    });
  }
}
