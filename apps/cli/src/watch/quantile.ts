/**
 * The value that a share `q` of the observations stays within, by a histogram's cumulative counts by upper bound (`le`).
 * Linear within a bucket, whose lower bound is the one before or 0; the last finite bound for what lies beyond it: as
 * Prometheus' `histogram_quantile`. Undefined without observations, or without a `+Inf` bucket.
 */
export function quantile(q: number, cumulative: ReadonlyMap<string, number>): number | undefined {
  const buckets = [...cumulative]
    .map(([le, count]) => ({ bound: le === "+Inf" ? Infinity : Number(le), count }))
    .sort((one, other) => one.bound - other.bound);
  const observations = buckets.at(-1)?.bound === Infinity ? (buckets.at(-1)?.count ?? 0) : 0;
  if (buckets.length < 2 || !(observations > 0)) return undefined;
  const rank = q * observations;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { bound, count } = buckets[index] ?? { bound: Infinity, count: observations };
  const { bound: from, count: below } = buckets[index - 1] ?? { bound: 0, count: 0 };
  if (bound === Infinity) return buckets.at(-2)?.bound;
  return count === below ? bound : from + (bound - from) * ((rank - below) / (count - below));
}
