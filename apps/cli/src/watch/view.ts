import { topics } from "@scoreline/contracts";
import type { ServiceStatus } from "@scoreline/stack";
import { catalogue } from "@scoreline/telemetry";
import type { ActiveAlert } from "./alerts.ts";
import { type Flow, flowOf } from "./flow.ts";
import { type Growth, growthOf, perSecond, type Scrape } from "./growth.ts";
import type { JobRun } from "./jobs.ts";
import { type Quality, qualityOf } from "./quality.ts";
import type { Reading } from "./read.ts";
import type { Source } from "./source.ts";
import { total, totalsBy } from "./tally.ts";

/** All that a frame says. A figure is undefined while nobody can tell it, which is not 0. */
export type View = {
  atMs: number;
  /** What the rates are over; undefined in the first frame, which has none. */
  seconds: number | undefined;
  services: Source<ServiceStatus[]>;
  /** Processes whose metrics cannot be read, and why. */
  away: { name: string; why: string }[];
  flows: Flow[];
  /** Answers a second of the synchronous interface. */
  answersPerSecond: number | undefined;
  alerts: Source<ActiveAlert[]> | undefined;
  /** Fraud alerts a minute by rule, the most frequent first; rules without one are left out. */
  fraud: { rule: string; perMinute: number }[] | undefined;
  quality: Quality;
  jobs: Source<JobRun[]>;
};

/** The last scrape there was of each process. */
export type Baseline = ReadonlyMap<string, Scrape>;

/** What the next frame's rates count from: a process that is away keeps its place until it is back. */
export function baselineAfter(baseline: Baseline, reading: Reading): Baseline {
  const there = [...reading.scrapes].flatMap(([name, { value }]): [string, Scrape][] => (value ? [[name, value]] : []));
  return new Map([...baseline, ...there]);
}

/** One frame, from a reading and what was read before it. */
export function viewOf(baseline: Baseline, reading: Reading): View {
  const { atMs, services, alerts, jobs, scrapes } = reading;
  const growths = growthsOf(baseline, reading);
  const now = [...scrapes.values()].flatMap(({ value }) => value?.samples ?? []);
  const grown = growths.flatMap(({ samples }) => samples);
  const rates = perSecond(growths);
  const perMinute = totalsBy(rates, catalogue.fraudAlerts.name, "rule");
  return {
    atMs,
    seconds: growths.length === 0 ? undefined : Math.max(...growths.map(({ seconds }) => seconds)),
    services,
    away: [...scrapes].flatMap(([name, { away }]) => (away === undefined ? [] : [{ name, why: away }])),
    flows: [topics.creditApplications, topics.transactions, topics.deadLetters].map(({ name }) => {
      return flowOf(name, { now, grown, rates });
    }),
    answersPerSecond: total(rates, catalogue.fraudCheckAnswers.name),
    alerts,
    fraud: growths.length === 0 ? undefined : ranked(perMinute),
    quality: qualityOf({ now, grown }),
    jobs,
  };
}

function growthsOf(baseline: Baseline, { scrapes }: Reading): Growth[] {
  return [...scrapes].flatMap(([name, { value }]) => {
    const before = baseline.get(name);
    return before && value && value.atMs > before.atMs ? [growthOf(before, value)] : [];
  });
}

function ranked(perSecondByRule: ReadonlyMap<string, number>): View["fraud"] {
  return [...perSecondByRule]
    .map(([rule, rate]) => ({ rule, perMinute: rate * 60 }))
    .filter(({ perMinute }) => perMinute > 0)
    .sort((one, other) => other.perMinute - one.perMinute || one.rule.localeCompare(other.rule));
}
