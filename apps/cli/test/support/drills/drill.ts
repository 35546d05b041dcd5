import { setTimeout as pause } from "node:timers/promises";
import type { Prometheus } from "../prometheus.ts";

/** Something goes wrong on purpose, and who must say so. */
export type Drill = {
  /** Makes it go wrong, and resolves once it is; gives what makes it good again. */
  cause: () => Promise<() => Promise<unknown>>;
  /** Alerts that must fire, as `Name` or `Name{label=value}`, and in how many seconds at most after the cause. */
  fires: Record<string, number>;
  /** Alerts that may fire as well: consequences that take longer, or depend on how long the cause lasts. */
  follows?: readonly string[];
};

/** Seconds from the cause to each alert's firing, and from the cure to silence. */
export type DrillTimes = { fired: Record<string, number>; silentAfter: number };

const pollMs = 250;

/**
 * Runs a drill. `speed` is that of the rules' time; `slackSeconds` is what scrapes, evaluations and this machine take beside
 * it. Throws when a named alert is late, when another one fires, or when one does not end after the cure.
 */
export async function runDrill(
  prometheus: Prometheus,
  { cause, fires, follows = [] }: Drill,
  { speed, slackSeconds, silenceSecondsMax }: { speed: number; slackSeconds: number; silenceSecondsMax: number },
): Promise<DrillTimes> {
  const fired: Record<string, number> = {};
  const cure = await cause();
  const causedMs = performance.now();
  try {
    while (Object.keys(fires).some((alert) => fired[alert] === undefined)) {
      const seconds = secondsSince(causedMs);
      for (const [alert, within] of Object.entries(fires)) {
        if (fired[alert] === undefined && seconds > within / speed + slackSeconds)
          throw new Error(`${alert} has not fired after ${seconds.toFixed(1)} s; firing: ${await firing(prometheus)}`);
      }
      note(await firing(prometheus), seconds);
      await pause(pollMs);
    }
  } finally {
    await cure();
  }
  const curedMs = performance.now();
  for (;;) {
    const still = await firing(prometheus);
    note(still, secondsSince(causedMs));
    if (still.length === 0) return { fired, silentAfter: rounded(secondsSince(curedMs)) };
    if (secondsSince(curedMs) > silenceSecondsMax / speed + slackSeconds)
      throw new Error(`still firing ${secondsSince(curedMs).toFixed(1)} s after the cure: ${still}`);
    await pause(pollMs);
  }

  function note(alerts: readonly string[], seconds: number): void {
    for (const alert of alerts) {
      const named = Object.keys(fires).find((pattern) => matches(pattern, alert));
      if (named !== undefined) fired[named] ??= rounded(seconds);
      else if (!follows.some((pattern) => matches(pattern, alert))) throw new Error(`${alert} fires, and should not`);
    }
  }
}

/** The alerts that fire, as `Name{label=value,…}` with the labels that tell them apart. */
export async function firing(prometheus: Prometheus): Promise<string[]> {
  const alerts = await prometheus.alerts();
  return alerts
    .filter(({ state }) => state === "firing")
    .map(({ labels: { alertname, severity: _, instance: __, ...labels } }) => {
      const told = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
      return told.length === 0 ? `${alertname}` : `${alertname}{${told.toSorted().join(",")}}`;
    });
}

/** `Name` stands for every alert of that name; a trailing `*` for every name that begins so. */
function matches(pattern: string, alert: string): boolean {
  const name = alert.replace(/\{.*$/, "");
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return pattern === alert || pattern === name;
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1_000;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
