/** How many each second, as a whole number. Throws where no time has passed, since nothing was measured then. */
export function perSecond(count: number, ms: number): number {
  if (!(ms > 0)) throw new RangeError(`${count} in ${ms} ms is no rate.`);
  return Math.round((count * 1_000) / ms);
}

/** One rate as a share of another, to two decimals. */
export function ratio(part: number, whole: number): number {
  return Math.round((part / whole) * 100) / 100;
}

/**
 * The nearest-rank percentile: the least of `values` that at least `percent` of a hundred of them do not exceed. `values`
 * are in rising order; undefined when there are none.
 */
export function percentile(values: ArrayLike<number>, percent: number): number | undefined {
  return values[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)];
}

/** The middle of `values`, or the mean of both where there are two. Throws where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError("Of no values there is no median.");
  return (low + high) / 2;
}

/** How far something had come at a moment, by the clock of who keeps it. */
export type Sample = { atMs: number; total: number };

/**
 * The rate from the first progress to `target`. What was done at the first sample that shows any is not counted, since it
 * is not known how long it took; unless that one shows all, then the sample before it begins the time. Throws where the
 * samples do not reach `target` from nothing.
 */
export function progressRate(
  samples: readonly Sample[],
  target: number,
): { perS: number; fromMs: number; toMs: number } {
  const first = samples.findIndex(({ total }) => total > 0);
  const last = samples.findIndex(({ total }) => total >= target);
  const [from, to] = [samples[first < last ? first : first - 1], samples[last]];
  if (!from || !to) throw new RangeError(`The samples do not lead from nothing to ${target}.`);
  return { perS: perSecond(to.total - from.total, to.atMs - from.atMs), fromMs: from.atMs, toMs: to.atMs };
}
