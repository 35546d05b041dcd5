import type { Statistics } from "./statistics.ts";

/**
 * Finds a client that knows no broker any more, from its statistics. One that asks the last
 * broker for metadata while this shuts down is told of none, drops all it knew, and calls off its own return to
 * `bootstrap.servers` (librdkafka 2.10 to 2.15.1, confluentinc/librdkafka#5301): it never connects again.
 */
export class BrokerWatch {
  #without = 0;

  /** Takes one report. */
  observe({ brokers = {} }: Statistics): void {
    const known = Object.values(brokers).some(({ source }) => source === "learned" || source === "configured");
    this.#without = known ? 0 : this.#without + 1;
  }

  /** True once two reports in a row show no broker, since the client passes through that when it returns. */
  get isLost(): boolean {
    return this.#without > 1;
  }
}
