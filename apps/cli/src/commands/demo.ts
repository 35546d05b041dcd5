import { join } from "node:path";
import { type Home, repositoryRoot, type StackEnv } from "@scoreline/stack";
import type { Command } from "commander";
import { z } from "zod";
import { withConnections } from "../connections.ts";
import { type Counts, readCounts, settledCounts } from "../counts.ts";
import { type Explanation, explainDecision } from "../explain/explain.ts";
import { formatExplanation } from "../explain/format.ts";
import { runAppForJson } from "../run.node.ts";
import { loaderEnv } from "../services.ts";
import { formatSwapSet, SwapSet } from "../swapSet.ts";
import { count, say, seconds, table } from "../terminal.ts";
import type { CommandDeps } from "./command.ts";
import { jsonOption, monitoringOption, policyOption, wholeNumber } from "./options.ts";
import { bringUp } from "./up.ts";

const settleMsMax = 120_000;

const Simulated = z.object({ sent: z.number(), accepted: z.number(), refused: z.number() });
const Parity = z.object({ decisions: z.number(), mismatches: z.number() });
const Built = z.object({
  facts: z.number(),
  dbt: z.object({ tests_passed: z.number(), tests_failed: z.number() }),
  parity: Parity,
  transaction_parity: Parity,
});

/** The candidate whose swap set the demo shows: approval at once from a higher credit score. */
const candidate = join(repositoryRoot, "packages", "policy", "policies", "score-680.yaml");

/** `scoreline demo`: from nothing to a tested warehouse. */
export function addDemoCommand(program: Command, { home }: CommandDeps): void {
  program
    .command("demo")
    .description("start, send applications, score them, build and test the warehouse")
    .option("--count <number>", "applications to send", wholeNumber, 20_000)
    .addOption(monitoringOption())
    .option("--seed <number>", "seed of the applications (default: one that is not there yet)", wholeNumber)
    .addOption(policyOption())
    .addOption(jsonOption())
    .action((options) => demoCommand(home, options));
}

/**
 * From nothing to a tested warehouse that makes every decision again, of applications and of a quarter as
 * many card transactions, one decision explained and a candidate backtested, each step with its time. The stack is left
 * running.
 */
async function demoCommand(
  home: Home,
  options: { count: number; seed?: number; policy?: string; monitoring?: boolean; json?: boolean },
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
    bringUp(home, {
      ...(options.policy === undefined ? {} : { policy: options.policy }),
      ...(options.monitoring === undefined ? {} : { monitoring: options.monitoring }),
    }),
  );
  const before = await readCounts(env);
  // An empty stack always shows the same demo; a later one sends applications that are not there yet.
  const seed = options.seed ?? before.scored + 1;
  const simulate = async (what: string, number: number, ...flags: string[]) => {
    const args = ["simulate", ...flags, "--count", String(number), "--seed", String(seed)];
    const sending = () => runAppForJson("simulator", args, env);
    return Simulated.parse(await timed(`Sending ${count(number)} ${what} (seed ${seed})`, sending));
  };
  const sent = await simulate("applications", options.count);
  const transactionsSent = await simulate("transactions", Math.ceil(options.count / 4), "--transactions");
  const after = await timed("Scoring the stream", () => settledCounts(env, settleMsMax));
  const built = Built.parse(
    await timed("Building and testing the warehouse", () => runAppForJson("loader", ["run"], loaderEnv(home, env))),
  );
  const swapSet = SwapSet.parse(
    await timed("Backtesting score-680.yaml", () =>
      runAppForJson("loader", ["backtest", candidate], loaderEnv(home, env)),
    ),
  );
  const explanation = await timed("Explaining a decision", () => explainOne(env));
  const result = {
    seed,
    ...sent,
    ...difference(before, after),
    facts: built.facts,
    testsPassed: built.dbt.tests_passed,
    testsFailed: built.dbt.tests_failed,
    ...built.parity,
    transactions: {
      ...transactionsSent,
      ...transactionDifference(before, after),
      compared: built.transaction_parity.decisions,
      mismatches: built.transaction_parity.mismatches,
    },
  };
  if (options.json) {
    const explained = explanation?.recorded.application.application_id;
    process.stdout.write(
      `${JSON.stringify({ ...result, explained, swapSet, seconds: Object.fromEntries(times.map(([name, ms]) => [name, ms / 1000])) })}\n`,
    );
    return;
  }
  process.stdout.write(`${summary(result, times)}\n`);
  if (explanation)
    process.stdout.write(`One decision explained (npx scoreline explain ID):\n${formatExplanation(explanation)}\n\n`);
  process.stdout.write(`${formatSwapSet(swapSet)}\n\n`);
  const { compared, mismatches } = result.transactions;
  process.stdout.write(`${count(compared)} transactions, ${count(mismatches)} mismatches\n`);
  process.stdout.write(`${count(result.decisions)} decisions, ${count(result.mismatches)} mismatches\n\n`);
  const alerts = env.PROMETHEUS_URL === undefined ? "" : `\n  alerts         ${env.PROMETHEUS_URL}`;
  say(`Everything is left running. Look further:
  applications   POST ${env.INGEST_URL}/v1/applications (the key is in ${home.envFile})
  transactions   POST ${env.INGEST_URL}/v1/transactions
  decisions      POST ${env.FRAUD_CHECK_URL}/v1/fraud-check, answered with the decision of record
  metrics        ${env.SCORER_METRICS_URL}  ${env.LOADER_METRICS_URL}${alerts}
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

function transactionDifference(before: Counts, after: Counts) {
  return {
    scored: after.transactions.processed - before.transactions.processed,
    duplicates: after.transactions.duplicates - before.transactions.duplicates,
    alerts: after.transactions.alerts - before.transactions.alerts,
  };
}

const sum = (checks: Record<string, number>) => Object.values(checks).reduce((total, number) => total + number, 0);

/** A decision that was not an approval, with its reasons; undefined where there is none. */
async function explainOne(env: StackEnv): Promise<Explanation | undefined> {
  return withConnections(env, async (connections) => {
    const [row] = await connections.sql<{ application_id: string }[]>`
      select application_id from credit_scores
      where approval_status = 'Under Review' and not is_fraud and reason_details <> '[]'
      order by t_ms desc, application_id limit 1`;
    return row && explainDecision(connections, row.application_id);
  });
}

type Result = ReturnType<typeof difference> &
  z.infer<typeof Simulated> &
  Record<"facts" | "testsPassed" | "testsFailed" | "decisions" | "mismatches", number> & {
    transactions: ReturnType<typeof transactionDifference> & z.infer<typeof Simulated>;
  };

function summary(result: Result, times: [string, number][]): string {
  const rows: [string, string][] = [
    ["applications sent", count(result.sent)],
    ["accepted", count(result.accepted)],
    ["refused at the door", count(result.refused)],
    ["scored", count(result.scored)],
    ["failed checks", `${count(result.failedChecks)} in ${count(result.failedRecords)} records`],
    ["duplicates", count(result.duplicates)],
    ["fraud alerts", count(result.alerts)],
    ["transactions sent", count(result.transactions.sent)],
    ["scored", count(result.transactions.scored)],
    ["duplicates", count(result.transactions.duplicates)],
    ["fraud alerts", count(result.transactions.alerts)],
    ["facts of applications", count(result.facts)],
    ["dbt tests passed", `${count(result.testsPassed)} (${count(result.testsFailed)} failed)`],
  ];
  const timeRows = times.map(([name, ms]): [string, string] => [name, seconds(ms)]);
  return `\n${table(rows)}\n\n${table(timeRows)}\n`;
}
