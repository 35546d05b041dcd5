import { setTimeout as delay } from "node:timers/promises";
import type { Metrics } from "@scoreline/telemetry";

/** How long an exposition waits for its readings: Prometheus gives up after four seconds, and then nothing is known at all. */
const waitMsMax = 1_500;

/** A part of the exposition that is read from somewhere when it is asked for. */
export type Reading = {
  name: string;
  /** Reads, and then sets gauges; rejects when it could not. */
  read: () => Promise<void>;
  /** Takes back what must not be told any more once a reading has failed. */
  forget?: () => void;
};

/** Called when a reading has failed, with its error, and when it has succeeded again, with null; not for each failure. */
export type OnReading = (name: string, error: unknown) => void;

/**
 * `metrics` with `readings` taken at each exposition, so that what other processes did shows too. Never fails, and answers
 * within two seconds: a reading that takes longer goes on, is not begun again before it is over, and shows when it is.
 *
 * What was read last stays while its store is away. A failed job has still failed and a decision still waits; an alert on
 * it must neither resolve nor begin anew because a store went down, and `dependencyUp` says that nobody looks. A reading
 * whose gauges are about the store itself forgets them.
 */
export function withReadings(metrics: Metrics, readings: readonly Reading[], onReading: OnReading = () => {}): Metrics {
  const underWay = new Map<Reading, Promise<void>>();
  const failed = new Set<Reading>();

  async function take(reading: Reading): Promise<void> {
    try {
      await reading.read();
      if (failed.delete(reading)) onReading(reading.name, null);
    } catch (error) {
      reading.forget?.();
      if (!failed.has(reading)) onReading(reading.name, error);
      failed.add(reading);
    }
  }

  function taken(reading: Reading): Promise<void> {
    const running = underWay.get(reading) ?? take(reading).finally(() => underWay.delete(reading));
    underWay.set(reading, running);
    return running;
  }

  return {
    ...metrics,
    expose: async () => {
      const over = new AbortController();
      const bound = delay(waitMsMax, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([Promise.all(readings.map(taken)), bound]);
      over.abort();
      return metrics.expose();
    },
  };
}
