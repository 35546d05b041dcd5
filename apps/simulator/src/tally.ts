import type { Answer } from "./transport/post.ts";

/** What became of the records that were taken up: sent = accepted + refused + failed. */
export type DeliverySummary = {
  sent: number;
  accepted: number;
  refused: number;
  /** Without an answer when sending stopped; the server may have some of them all the same. */
  failed: number;
  seconds: number;
  /** Answers a second. */
  per_second: number;
  /** How many refused records broke each rule (one may break several), or a problem's code where there is no rule. */
  refused_by_check: Record<string, number>;
};

/** Counts deliveries as they happen. */
export class Tally {
  readonly #startMs: number;
  readonly #refusedByCheck = new Map<string, number>();
  #taken = 0;
  #accepted = 0;
  #refused = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  get answered(): number {
    return this.#accepted + this.#refused;
  }

  /** A record is on its way. */
  take(): void {
    this.#taken++;
  }

  answer({ status, failures, code = `status_${status}` }: Answer): void {
    if (status < 300) {
      this.#accepted++;
      return;
    }
    this.#refused++;
    const checks = failures.length > 0 ? failures.map(({ check }) => check) : [code];
    for (const check of new Set(checks)) this.refuseBy(check);
  }

  /** Counts one more record that broke the rule `check`. */
  refuseBy(check: string): void {
    this.#refusedByCheck.set(check, (this.#refusedByCheck.get(check) ?? 0) + 1);
  }

  summary(nowMs: number): DeliverySummary {
    const seconds = Math.max(0.001, (nowMs - this.#startMs) / 1000);
    return {
      sent: this.#taken,
      accepted: this.#accepted,
      refused: this.#refused,
      failed: this.#taken - this.answered,
      seconds: Number(seconds.toFixed(3)),
      per_second: Math.round(this.answered / seconds),
      refused_by_check: Object.fromEntries([...this.#refusedByCheck].sort(([, one], [, other]) => other - one)),
    };
  }
}

/** A summary in words, one count a line; a nested count is indented. */
export function inWords(summary: object): string {
  return Object.entries(summary)
    .flatMap(([name, value]) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).length === 0
          ? []
          : [`${name}:`, ...Object.entries(value).map(([part, count]) => `  ${part}: ${count}`)]
        : [`${name}: ${value}`],
    )
    .map((line) => `${line.replaceAll("_", " ")}\n`)
    .join("");
}
