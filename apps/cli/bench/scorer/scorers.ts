import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { topics } from "@scoreline/contracts";
import {
  type Home,
  logFileOf,
  repositoryRoot,
  type ServiceDefinition,
  type StackEnv,
  startService,
  stopService,
} from "@scoreline/stack";
import { appServices } from "../../src/services.ts";
import { freePort } from "../../test/support/ports.ts";

/** A scorer that runs. */
export type ScorerProcess = { name: string; pid: number; logFile: string; metricsUrl: string };

/** How scorers are started; `settings` are variables beside those of a local stack. */
type Started = { home: Home; env: StackEnv; narrow: boolean; settings: Readonly<Record<string, string>> };

/** Runs `work` beside so many scorers in one group, started all at once as `scoreline up` starts one; ends them behind it. */
export async function withScorers<Result>(
  { home, env, count, narrow, settings }: Started & { count: number },
  work: (scorers: Promise<ScorerProcess[]>) => Promise<Result>,
): Promise<Result> {
  // A group of their own: the static members of an earlier run would keep their partitions for a while.
  const groupId = `bench-${randomUUID()}`;
  const names = Array.from({ length: count }, (_, index) => `scorer-${index + 1}`);
  const definitions = await Promise.all(
    names.map((name) => definitionOf({ home, env, narrow, settings }, { name, groupId })),
  );
  const started = Promise.all(
    definitions.map(async ({ definition, metricsUrl }) => {
      const { name } = definition;
      const { pid } = await startService(home, definition);
      return { name, pid, metricsUrl, logFile: logFileOf(home, name) };
    }),
  );
  try {
    return await work(started);
  } finally {
    await started.catch(() => {});
    await Promise.all(definitions.map(({ definition }) => stopService(home, definition.name)));
  }
}

async function definitionOf(
  { home, env, narrow, settings }: Started,
  { name, groupId }: { name: string; groupId: string },
) {
  const metricsUrl = `http://127.0.0.1:${await freePort()}/metrics`;
  const scorer = appServices(home, { ...env, SCORER_METRICS_URLS: metricsUrl }).find((one) => one.name === "scorer");
  if (!scorer) throw new Error("A local stack has a scorer.");
  const main = narrow ? [join(repositoryRoot, "apps/scorer/bench/main.narrow.node.ts")] : scorer.args.slice(-1);
  const definition: ServiceDefinition = {
    ...scorer,
    name,
    args: [...scorer.args.slice(0, -1), ...main],
    env: { ...scorer.env, SCORER_INSTANCE_ID: name, SCORER_GROUP_ID: groupId, LOG_LEVEL: "warn", ...settings },
  };
  return { definition, metricsUrl };
}

/** How many records each scorer has taken from Kafka, by its own metrics. */
export function receivedBy(scorers: readonly ScorerProcess[]): Promise<number[]> {
  return Promise.all(
    scorers.map(async ({ metricsUrl }) => {
      const text = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(5_000) })).text();
      const line = `^scoreline_scorer_records_received_total\\{.*topic="${topics.creditApplications.name}".*\\} (\\d+)`;
      return Number(new RegExp(line, "m").exec(text)?.[1] ?? 0);
    }),
  );
}
