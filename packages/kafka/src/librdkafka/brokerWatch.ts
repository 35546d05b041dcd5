type Statistics = { brokers?: Record<string, { source: string }> };

/**
 * Finds a client that knows no broker any more, from its statistics (librdkafka's STATISTICS.md). One that asks the last
 * broker for metadata while this shuts down is told of none, drops all it knew, and calls off its own return to
 * `bootstrap.servers` (librdkafka 2.10 to 2.15.1, confluentinc/librdkafka#5301): it never connects again.
 */
export class BrokerWatch {
  #without = 0;

  /** Takes one report (JSON). True once two in a row show no broker, since the client passes through that when it returns. */
  isLost(statistics: string): boolean {
    const { brokers = {} } = JSON.parse(statistics) as Statistics;
    const known = Object.values(brokers).some(({ source }) => source === "learned" || source === "configured");
    this.#without = known ? 0 : this.#without + 1;
    return this.#without > 1;
  }
}
