import type { Metrics } from "@scoreline/telemetry";

/** What a commit can make of a record. `skipped`: a dead letter of the scorer's own, settled where its record lay. */
export const outcomes = ["scored", "duplicate", "failed", "skipped"] as const;

/** Records that one commit settled, by outcome. */
export type Settled = Record<(typeof outcomes)[number], number>;

/** Where every record is that this process took from Kafka, by topic. */
export type Ledger = {
  received(topic: string, count: number): void;
  settled(topic: string, records: Settled): void;
  /** Records given up before their commit: whoever takes the partition next reads them again. */
  returned(topic: string, count: number): void;
};

/**
 * A ledger as metrics: `received = scored + duplicate + failed + skipped + returned + in flight` at every scrape. Each
 * entry is made on both sides in one turn of the event loop, and a scrape reads all metrics in one turn as well. `topics`
 * are those that records come from.
 */
export function createLedger(metrics: Metrics, topics: readonly string[]): Ledger {
  const received = metrics.counter("recordsReceived");
  const settled = metrics.counter("recordsSettled");
  const returned = metrics.counter("recordsReturned");
  const inFlight = metrics.gauge("recordsInFlight");
  // Every term is there from the start: what is absent cannot be summed.
  for (const topic of topics) {
    for (const key of ["recordsReceived", "recordsReturned", "recordsInFlight"] as const) metrics.zero(key, { topic });
    metrics.zero("recordsSettled", ...outcomes.map((outcome) => ({ topic, outcome })));
  }
  return {
    received: (topic, count) => {
      received.inc({ topic }, count);
      inFlight.inc({ topic }, count);
    },
    settled: (topic, records) => {
      for (const outcome of outcomes) {
        settled.inc({ topic, outcome }, records[outcome]);
        inFlight.dec({ topic }, records[outcome]);
      }
    },
    returned: (topic, count) => {
      returned.inc({ topic }, count);
      inFlight.dec({ topic }, count);
    },
  };
}
