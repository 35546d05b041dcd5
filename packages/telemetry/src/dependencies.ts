import type { Metrics } from "./metrics.ts";
import { afterMs, everyMs } from "./timers.ts";

/** Asks a store or broker whether it answers; rejects when it does not. */
export type Probe = () => Promise<unknown>;

/** Below the five seconds that Docker's health checks wait. */
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
  const answers = answersInTime(probes, answerMsMax);
  let stopped = false;

  async function ask(dependency: string): Promise<void> {
    const value = (await answers(dependency)) ? 1 : 0;
    if (!stopped) up.set({ dependency }, value);
  }

  const askAll = () => {
    for (const dependency of Object.keys(probes)) void ask(dependency);
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
  const answers = answersInTime(probes, answerMsMax);
  return async () => {
    const asked = Object.keys(probes).map(async (name) => ((await answers(name)) ? [] : [name]));
    return (await Promise.all(asked)).flat();
  };
}

/** Tells by a probe's name whether it answers within `msMax`. While one is under way, whoever asks waits for that one. */
function answersInTime(probes: Readonly<Record<string, Probe>>, msMax: number): (name: string) => Promise<boolean> {
  const asking = new Map<string, Promise<boolean>>();

  function answerOf(name: string): Promise<boolean> {
    const open = asking.get(name);
    if (open) return open;
    const answer = (async () => probes[name]?.())().then(
      () => true,
      () => false,
    );
    asking.set(name, answer);
    void answer.then(() => asking.delete(name));
    return answer;
  }

  return (name) =>
    new Promise((resolve) => {
      const bound = afterMs(msMax, () => resolve(false));
      void answerOf(name).then((answer) => {
        bound.stop();
        resolve(answer);
      });
    });
}
