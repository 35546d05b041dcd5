import { type Home, readEnv, readState, type ServiceStatus, type StackEnv, scorerName, status } from "@scoreline/stack";
import { appServices } from "../services.ts";
import { type ActiveAlert, readAlerts } from "./alerts.ts";
import { parseExposition } from "./exposition.ts";
import type { Scrape } from "./growth.ts";
import { type JobRun, jobsReader } from "./jobs.ts";
import { patient, readMsMax, type Source, within } from "./source.ts";

/** What one frame is made of. */
export type Reading = {
  atMs: number;
  services: Source<ServiceStatus[]>;
  /** By process: `ingest`, `fraud-check`, `scorer`, `scorer-2` … */
  scrapes: ReadonlyMap<string, Source<Scrape>>;
  /** Undefined where no Prometheus belongs to the stack. */
  alerts: Source<ActiveAlert[]> | undefined;
  jobs: Source<JobRun[]>;
};

/** Reads all sources of a stack, side by side, each within `readMsMax`. Never rejects: what is away is told as away. */
export function createReader(home: Home) {
  const services = patient(async () => status(home, withEnv(home, (env) => appServices(home, env)) ?? []));
  const connection = jobsReader();
  const jobs = patient(() => connection.read(readEnv(home).CREDITDB_URL));
  const read = async (): Promise<Reading> => {
    // Read each time: ports, scorers and Prometheus may come and go while the view is open.
    const env = await within(async () => readEnv(home));
    const targets = env.value === undefined ? [] : targetsOf(env.value);
    const prometheus = env.value?.PROMETHEUS_URL;
    const [found, runs, alerts, ...scrapes] = await Promise.all([
      services(),
      jobs(),
      prometheus === undefined ? undefined : within(() => readAlerts(prometheus)),
      ...targets.map(([, url]) => within(() => scrape(url))),
    ]);
    const named = targets.map(([name], index): [string, Source<Scrape>] => [
      name,
      scrapes[index] ?? { away: "not asked" },
    ]);
    return { atMs: Date.now(), services: found, scrapes: new Map(named), alerts, jobs: runs };
  };
  return { read, close: connection.close };
}

function withEnv<Result>(home: Home, use: (env: StackEnv) => Result): Result | undefined {
  return readState(home) ? use(readEnv(home)) : undefined;
}

function targetsOf(env: StackEnv): [name: string, url: string][] {
  const scorers = env.SCORER_METRICS_URLS.split(",").map((url, index): [string, string] => [
    scorerName(index + 1),
    url,
  ]);
  const http = (url: string) => new URL("/metrics", url).href;
  return [["ingest", http(env.INGEST_URL)], ["fraud-check", http(env.FRAUD_CHECK_URL)], ...scorers];
}

async function scrape(url: string): Promise<Scrape> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(readMsMax) });
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
  return { atMs: performance.now(), samples: parseExposition(await answer.text()) };
}
