import type { Home } from "@scoreline/stack";
import { z } from "zod";
import { type Counts, readCounts, settledCounts } from "../counts.ts";
import { runAppForJson } from "../run.node.ts";
import { loaderEnv } from "../services.ts";
import { count, say, seconds, table } from "../terminal.ts";
import { bringUp } from "./up.ts";

const settleMsMax = 120_000;

const Simulated = z.object({ sent: z.number(), accepted: z.number(), refused: z.number() });
const Built = z.object({ facts: z.number(), dbt: z.object({ tests_passed: z.number(), tests_failed: z.number() }) });

/** `scoreline demo`: from nothing to a tested warehouse, each step with its time. The stack is left running. */
export async function demoCommand(
  home: Home,
  options: { count: number; seed?: number; policy?: string; json?: boolean },
): Promise<void> {
  const times: [string, number][] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`${name} …`);
    const startMs = performance.now();
    const result = await work();
    times.push([name, performance.now() - startMs]);
    return result;
  };
  const env = await timed("Starting the services", () =>
    bringUp(home, options.policy === undefined ? {} : { policy: options.policy }),
  );
  const before = await readCounts(env);
  // An empty stack always shows the same demo; a later one sends applications that are not there yet.
  const seed = options.seed ?? before.scored + 1;
  const args = ["simulate", "--count", String(options.count), "--seed", String(seed)];
  const sent = Simulated.parse(
    await timed(`Sending ${count(options.count)} applications (seed ${seed})`, () =>
      runAppForJson("simulator", args, env),
    ),
  );
  const after = await timed("Scoring the stream", () => settledCounts(env, settleMsMax));
  const built = Built.parse(
    await timed("Building and testing the warehouse", () => runAppForJson("loader", ["run"], loaderEnv(home, env))),
  );
  const result = {
    seed,
    ...sent,
    ...difference(before, after),
    facts: built.facts,
    testsPassed: built.dbt.tests_passed,
    testsFailed: built.dbt.tests_failed,
  };
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ...result, seconds: Object.fromEntries(times.map(([name, ms]) => [name, ms / 1000])) })}\n`,
    );
    return;
  }
  process.stdout.write(`${summary(result, times)}\n`);
  say(`Everything is left running. Look further:
  applications   POST ${env.INGEST_URL}/v1/applications (the key is in ${home.envFile})
  metrics        ${env.SCORER_METRICS_URL}  ${env.LOADER_METRICS_URL}
  star schema    DW_FINANCE_URL in ${home.envFile}, schema marts
  health         npx scoreline status      stop: npx scoreline down`);
}

/** What the demo's own applications came to. */
function difference(before: Counts, after: Counts) {
  return {
    scored: after.scored - before.scored,
    duplicates: after.duplicates - before.duplicates,
    failedChecks: sum(after.failedChecks) - sum(before.failedChecks),
    failedRecords: after.failedRecords - before.failedRecords,
    alerts: after.alerts - before.alerts,
  };
}

const sum = (checks: Record<string, number>) => Object.values(checks).reduce((total, number) => total + number, 0);

type Result = ReturnType<typeof difference> &
  z.infer<typeof Simulated> & { facts: number; testsPassed: number; testsFailed: number };

function summary(result: Result, times: [string, number][]): string {
  const rows: [string, string][] = [
    ["applications sent", count(result.sent)],
    ["accepted", count(result.accepted)],
    ["refused at the door", count(result.refused)],
    ["scored", count(result.scored)],
    ["failed checks", `${count(result.failedChecks)} in ${count(result.failedRecords)} records`],
    ["duplicates", count(result.duplicates)],
    ["fraud alerts", count(result.alerts)],
    ["facts", count(result.facts)],
    ["dbt tests passed", `${count(result.testsPassed)} (${count(result.testsFailed)} failed)`],
  ];
  const timeRows = times.map(([name, ms]): [string, string] => [name, seconds(ms)]);
  return `\n${table(rows)}\n\n${table(timeRows)}\n`;
}
