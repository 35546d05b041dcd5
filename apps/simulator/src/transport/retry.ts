import type { Clock } from "../clock.ts";
import { DeliveryError, PassingFault } from "../errors.ts";
import { type Answer, isPassing, type Post } from "./post.ts";

export type Patience = {
  /** Gives up after so long without a single acknowledgement. */
  withoutProgressMsMax: number;
  /** The same while nobody has ever answered at that address: it is wrong, or nothing runs there. */
  unreachedMsMax: number;
  backoffMsMin: number;
  backoffMsMax: number;
  /** A longer Retry-After is cut to this. */
  retryAfterMsMax: number;
};

export const patienceDefault: Patience = {
  withoutProgressMsMax: 60_000,
  unreachedMsMax: 5_000,
  backoffMsMin: 200,
  backoffMsMax: 5_000,
  retryAfterMsMax: 30_000,
};

/** What several senders to one server know of it together. */
export class Server {
  readonly #post: Post;
  readonly #clock: Clock;
  readonly #patience: Patience;
  #reached = false;
  #stopped = false;

  constructor(post: Post, clock: Clock, patience: Patience = patienceDefault) {
    this.#post = post;
    this.#clock = clock;
    this.#patience = patience;
  }

  /** No further attempt is made; requests under way end by themselves. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Sends until each line has its final answer; only those without one are sent again, in their order. Throws
   * `DeliveryError` when the server refuses for good, patience is at its end, or `stop` was called meanwhile.
   */
  async deliver(lines: string[], onAnswer: (index: number, answer: Answer) => void): Promise<void> {
    let pending = lines.map((_, index) => index);
    let progressMs = this.#clock.nowMs();
    for (let failures = 0; pending.length > 0; failures++) {
      const answered = new Set<number>();
      const fault = await this.#attempt(pending, lines, (index, answer) => {
        if (answered.has(index)) return;
        answered.add(index);
        onAnswer(index, answer);
      });
      if (answered.size > 0) {
        progressMs = this.#clock.nowMs();
        failures = 0;
      }
      pending = pending.filter((index) => !answered.has(index));
      if (fault && pending.length > 0) await this.#wait(fault, failures, progressMs);
    }
  }

  /** One request for `pending`; gives the fault that leaves some of them to be sent again. */
  async #attempt(
    pending: number[],
    lines: string[],
    onFinal: (index: number, answer: Answer) => void,
  ): Promise<PassingFault | undefined> {
    let passing: PassingFault | undefined;
    const batch = pending.map((index) => lines[index] ?? "");
    try {
      await this.#post(batch, (position, answer) => {
        const index = pending[position];
        if (index === undefined) return;
        this.#reached = true;
        if (!isPassing(answer.status)) return onFinal(index, answer);
        passing = new PassingFault(`the server answered ${answer.status} for a record`, { reached: true });
      });
      return passing ?? new PassingFault("the server gave no result for some records", { reached: true });
    } catch (error) {
      if (!(error instanceof PassingFault)) throw error;
      if (error.reached) this.#reached = true;
      return error;
    }
  }

  async #wait(fault: PassingFault, failures: number, progressMs: number): Promise<void> {
    const { backoffMsMin, backoffMsMax, retryAfterMsMax, unreachedMsMax, withoutProgressMsMax } = this.#patience;
    const backoffMs = Math.min(backoffMsMax, backoffMsMin * 2 ** failures);
    const waitMs = Math.max(backoffMs, Math.min(retryAfterMsMax, fault.retryAfterMs));
    const waitedMsMax = this.#reached ? withoutProgressMsMax : unreachedMsMax;
    const withoutProgressMs = this.#clock.nowMs() - progressMs;
    if (this.#stopped || withoutProgressMs + waitMs > waitedMsMax) {
      const seconds = (withoutProgressMs / 1000).toFixed(1);
      throw new DeliveryError(`${fault.message}; gave up after ${seconds} s without progress`, { cause: fault });
    }
    await this.#clock.sleep(waitMs);
    if (this.#stopped) throw new DeliveryError(`${fault.message}; sending has stopped`, { cause: fault });
  }
}
