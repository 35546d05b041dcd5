import type { Metrics } from "./metrics.ts";
import { afterMs, everyMs } from "./timers.ts";

/** Asks a store or broker whether it answers; rejects when it does not. */
export type Probe = () => Promise<unknown>;

/** An answer that takes longer counts as none, unless the caller says otherwise: Docker and Prometheus wait five seconds for ours. */
const answerMsMaxDefault = 3_000;

export type DependencyWatchOptions = {
  /** How often each is asked. */
  everyMs?: number;
  /** An answer that takes longer counts as none. */
  answerMsMax?: number;
};

/**
 * Asks each dependency in the background, at once and then again and again, and tells by `dependencyUp` whether it answered:
 * 1 or 0. One that hangs counts as 0 after `answerMsMax`, and is not asked again while it hangs. A dependency has no series
 * before it was first asked. Keeps no process alive; `stop` ends the asking, and no late answer is told after it.
 */
export function watchDependencies(
  metrics: Metrics,
  probes: Readonly<Record<string, Probe>>,
  { everyMs: askEveryMs = 5_000, answerMsMax = answerMsMaxDefault }: DependencyWatchOptions = {},
): { stop(): void } {
  if (metrics.off) return { stop: () => {} };
  const up = metrics.gauge("dependencyUp");
  const asking = new Set<string>();
  let stopped = false;

  async function ask(dependency: string, probe: Probe): Promise<void> {
    if (asking.has(dependency)) return;
    asking.add(dependency);
    let late = false;
    const tell = (value: 0 | 1) => {
      if (!stopped && !late) up.set({ dependency }, value);
    };
    const bound = afterMs(answerMsMax, () => {
      tell(0);
      late = true;
    });
    try {
      await probe();
      tell(1);
    } catch {
      tell(0);
    } finally {
      bound.stop();
      asking.delete(dependency);
    }
  }

  const askAll = () => {
    for (const [dependency, probe] of Object.entries(probes)) void ask(dependency, probe);
  };
  const timer = everyMs(askEveryMs, askAll);
  askAll();
  return {
    stop: () => {
      stopped = true;
      timer.stop();
    },
  };
}

/**
 * What `/readyz` asks: the names of the parts that do not answer. One that hangs counts among them after `answerMsMax`, and is
 * not asked again while it hangs, however many ask.
 */
export function unreadyParts(
  probes: Readonly<Record<string, Probe>>,
  answerMsMax = answerMsMaxDefault,
): () => Promise<string[]> {
  const asking = new Map<string, Promise<boolean>>();

  function answerOf(name: string, probe: Probe): Promise<boolean> {
    const open = asking.get(name);
    if (open) return open;
    const answer = (async () => probe())().then(
      () => true,
      () => false,
    );
    asking.set(name, answer);
    void answer.then(() => asking.delete(name));
    return answer;
  }

  function answers(name: string, probe: Probe): Promise<boolean> {
    return new Promise((resolve) => {
      const bound = afterMs(answerMsMax, () => resolve(false));
      void answerOf(name, probe).then((answer) => {
        bound.stop();
        resolve(answer);
      });
    });
  }

  return async () => {
    const asked = Object.entries(probes).map(async ([name, probe]) => ((await answers(name, probe)) ? [] : [name]));
    return (await Promise.all(asked)).flat();
  };
}
