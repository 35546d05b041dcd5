import type { Clock } from "../clock.ts";

type Source<Item> = AsyncIterable<Item> | Iterable<Item>;

/**
 * The items of `source`, item n (from 0) not before n / `ratePerSecond` seconds after the first was asked for. Each moment
 * counts from the start, so late wake-ups do not add up; after a pause downstream it catches up.
 */
export async function* paced<Item>(source: Source<Item>, ratePerSecond: number, clock: Clock): AsyncGenerator<Item> {
  const startMs = clock.nowMs();
  let index = 0;
  for await (const item of source) {
    const waitMs = startMs + (index++ * 1000) / ratePerSecond - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    yield item;
  }
}
