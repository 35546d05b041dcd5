import type { ScorerProcess } from "./scorers.ts";

/** Reads the metrics of scorers every so often, as Prometheus does, once they have started. */
export function scraping(starting: Promise<ScorerProcess[]>, everyMs: number): { stop(): void } {
  let timer: ReturnType<typeof setInterval> | undefined;
  let stopped = false;
  const begin = (scorers: readonly ScorerProcess[]) => {
    if (stopped) return;
    timer = setInterval(() => {
      // One that does not answer is asked again the next time; who measures finds out why.
      for (const { metricsUrl } of scorers) void scrape(metricsUrl, everyMs).catch(() => {});
    }, everyMs);
  };
  starting.then(begin, () => {});
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

async function scrape(url: string, msMax: number): Promise<void> {
  await (await fetch(url, { signal: AbortSignal.timeout(msMax) })).text();
}
