import { catalogue } from "@scoreline/telemetry";
import type { Sample } from "./exposition.ts";

/** What a process told of itself at a moment of the monotonic clock. */
export type Scrape = { atMs: number; samples: readonly Sample[] };

/** What a process' counters and buckets have grown by since an earlier scrape; each sample's value is the increase. */
export type Growth = { seconds: number; samples: readonly Sample[] };

const counterNames: ReadonlySet<string> = new Set(
  Object.values(catalogue).flatMap(({ kind, name }) => {
    if (kind === "histogram") return [`${name}_bucket`, `${name}_count`, `${name}_sum`];
    return kind === "counter" ? [name] : [];
  }),
);

/**
 * How far the counters of one process moved between two scrapes. A counter that fell, or is gone, was another process': then
 * all of them count from 0, also those that have passed their earlier value already, so that buckets fit each other.
 */
export function growthOf(before: Scrape, now: Scrape): Growth {
  const earlier = new Map(counters(before).map((sample) => [keyOf(sample), sample.value]));
  const later = new Map(counters(now).map((sample) => [keyOf(sample), sample.value]));
  const restarted = [...earlier].some(([key, value]) => (later.get(key) ?? 0) < value);
  return {
    seconds: (now.atMs - before.atMs) / 1_000,
    samples: counters(now).map((sample) => ({
      ...sample,
      value: sample.value - (restarted ? 0 : (earlier.get(keyOf(sample)) ?? 0)),
    })),
  };
}

/** The samples of several processes' growth, each a second's. */
export function perSecond(growths: readonly Growth[]): Sample[] {
  return growths.flatMap(({ seconds, samples }) => {
    return samples.map((sample) => ({ ...sample, value: sample.value / seconds }));
  });
}

function counters({ samples }: Scrape): Sample[] {
  return samples.filter(({ name }) => counterNames.has(name));
}

function keyOf({ name, labels }: Sample): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))]);
}
