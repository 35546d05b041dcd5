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
 * entry is made on both sides in one turn of the event loop, and a scrape reads all metrics in one turn as well.
 */
export function createLedger(metrics: Metrics): Ledger {
  const received = metrics.counter("recordsReceived");
  const settled = metrics.counter("recordsSettled");
  const returned = metrics.counter("recordsReturned");
  const inFlight = metrics.gauge("recordsInFlight");
  const opened = new Set<string>();
  /** Every term is there from the first record on: what is absent cannot be summed. */
  const open = (topic: string) => {
    opened.add(topic);
    for (const outcome of outcomes) settled.inc({ topic, outcome }, 0);
    returned.inc({ topic }, 0);
  };
  return {
    received: (topic, count) => {
      if (!opened.has(topic)) open(topic);
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
