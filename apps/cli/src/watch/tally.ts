import type { Sample } from "./exposition.ts";

/** Labels that a series must have; others are free. */
export type Where = Readonly<Record<string, string>>;

/** Samples of one metric that have these labels. */
export function select(samples: readonly Sample[], name: string, where: Where = {}): Sample[] {
  const wanted = Object.entries(where);
  return samples.filter((sample) => {
    return sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value);
  });
}

/** The sum of a metric's series; undefined where there is none, which is not 0. */
export function total(samples: readonly Sample[], name: string, where?: Where): number | undefined {
  const found = select(samples, name, where);
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** The largest of a metric's series; undefined where there is none. */
export function largest(samples: readonly Sample[], name: string, where?: Where): number | undefined {
  const found = select(samples, name, where);
  return found.length === 0 ? undefined : Math.max(...found.map(({ value }) => value));
}

/** The sums of a metric's series by what one label says. */
export function totalsBy(samples: readonly Sample[], name: string, label: string, where?: Where): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { labels, value } of select(samples, name, where)) {
    const key = labels[label] ?? "";
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return sums;
}
