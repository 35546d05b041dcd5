/** How often a client reports on itself; what a watch tells is told after two reports. */
export const statisticsIntervalMs = 1_000;

/** What is read of a client's report on itself (librdkafka's STATISTICS.md). */
export type Statistics = {
  brokers?: Record<string, { source: string }>;
  topics?: Record<
    string,
    { partitions?: Record<string, { fetch_state: string; app_offset: number; lo_offset: number; hi_offset: number }> }
  >;
};

/** The report in the addon's event `event.stats`, whose type declarations leave it out. */
export function statisticsOf(event: unknown): Statistics {
  return JSON.parse((event as { message: string }).message) as Statistics;
}
