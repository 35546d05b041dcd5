import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { down, type Home, type StackEnv, up } from "@scoreline/stack";
import { alertsOf, connectMongo, type Db, rawTransactionsOf } from "@scoreline/stores/mongo";
import { connectPostgres, type Database, migrate } from "@scoreline/stores/postgres";
import { initialise } from "../../../src/init.ts";
import { publishPolicy } from "../../../src/policies/publish.ts";
import { seeded } from "../applications.ts";
import { scoreline } from "../cli.ts";
import { temporaryHome } from "../homes.ts";
import { slidingPolicies } from "../slidingPolicy.ts";
import { compareUndisturbed } from "../undisturbed.ts";
import { findingDifferencesOf } from "../undisturbedFindings.ts";
import { historyDifferences } from "./check.ts";
import { endOfOutputs, type History, isBehind, readHistory, readProgress } from "./history.ts";
import { startLoad } from "./load.ts";
import { chaosRecords } from "./records.ts";
import { drawSchedule, type Fault } from "./schedule.ts";
import { endTestScorer, sessionMs, startTestScorer, tail } from "./scorers.ts";
import { Stage } from "./stage.ts";
import { chaosTransactions } from "./transactionRecords.ts";
import { undisturbedDifferences } from "./undisturbed.ts";

const scorers = 3;
/** Applications, and card transactions beside them. */
const recordsPerS = { applications: 250, transactions: 50 };
/** Both kinds are drawn from numbers of their own, so that neither depends on how they take turns. */
const transactionSeeds = 1_000_000;
const settleMsMax = 90_000;
/** The load goes on over the instant at which the second policy version takes effect. */
const afterVersionMs = 3_000;

const { sliding, longer } = slidingPolicies("applications_2s > 3 && devices_3s > 2 && least_5s < 5000");

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export type ChaosReport = { differences: string[]; text: string };

/** A stack of a test's own, with connections to its stores. */
export type ChaosStack = { home: Home; env: StackEnv; sql: Database; db: Db };

/** Runs `work` on a fresh stack under the velocity policy with windows that slide within seconds; nothing is left of it. */
export async function withChaosStack<T>(work: (stack: ChaosStack) => Promise<T>): Promise<T> {
  const home = temporaryHome("chaos");
  try {
    const env = await up(home);
    const policyFile = join(home.dir, "sliding.yaml");
    writeFileSync(policyFile, sliding);
    await initialise(env, { policyFile });
    const sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    const { client, db } = connectMongo(env.MONGO_URL, { app: "test" });
    try {
      return await work({ home, env, sql, db });
    } finally {
      await Promise.allSettled([sql.end({ timeout: 1 }), client.close()]);
    }
  } finally {
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  }
}

/** One seed: its records under its faults, and what differs from a run that nothing disturbs. */
export async function runChaos(seed: number): Promise<ChaosReport> {
  return withChaosStack(async (stack) => {
    const random = seeded(seed);
    const schedule = drawSchedule(random, scorers, sessionMs);
    const { text, stage, settled } = await disturb(stack, schedule, random, seeded(seed + transactionSeeds));
    const history = await readHistory(stack.env.KAFKA_BROKERS, stack.sql, stack.db);
    const decided = await compareUndisturbed(stack.sql, stack.db);
    const found = await findingDifferencesOf(stack.sql, stack.db);
    const parity = await parityDifferences(stack.home, history.rows.length);
    const calm = settled === undefined ? await undisturbedRun(stack) : undefined;
    const differences = [
      ...stage.badEnds,
      ...(settled === undefined ? [] : [settled]),
      ...historyDifferences(history),
      ...decided.differences.map((difference) => `decided differently: ${JSON.stringify(difference)}`),
      ...found.map((difference) => `found differently: ${difference}`),
      ...parity,
      ...(calm ? undisturbedDifferences(history, calm) : []),
    ];
    const logs = differences.length > 0 ? stage.logFiles.map((file) => `${file}\n${tail(file)}`) : [];
    const lines = [`seed ${seed}`, ...text, summary(history, decided.decisions), `${differences.length} differences`];
    return { differences, text: [...lines, ...differences.slice(0, 20), ...logs].join("\n") };
  });
}

/** Puts the load and the faults on the system, and waits until it is at rest; `settled` says why it did not come to rest. */
async function disturb(
  stack: ChaosStack,
  schedule: readonly Fault[],
  random: () => number,
  randomTransactions: () => number,
) {
  const { home, env, sql, db } = stack;
  const file = join(home.dir, "longer.yaml");
  writeFileSync(file, longer);
  const { version } = await publishPolicy({ sql, db }, { file, by: "tests" });
  const stage = new Stage(home, env, sql, scorers);
  try {
    await stage.started();
    const load = await startLoad(env.KAFKA_BROKERS, [
      { records: chaosRecords(random), perS: recordsPerS.applications },
      { records: chaosTransactions(randomTransactions), perS: recordsPerS.transactions },
    ]);
    const startedMs = performance.now();
    const seconds = () => ((performance.now() - startedMs) / 1_000).toFixed(1);
    const running: Promise<string>[] = [];
    for (const fault of schedule) {
      await pause(fault.atMs - (performance.now() - startedMs));
      const from = seconds();
      running.push(stage.inject(fault).then((note) => describe(fault, from, seconds(), note)));
    }
    const faults = await Promise.all(running);
    await stage.mend();
    await pause(version.effectiveFromMs + afterVersionMs - Date.now());
    const sent = await load.stop();
    const loadS = seconds();
    const settled = await settle(stack);
    const text = [...faults, `${sent} records in ${loadS} s, at rest after ${seconds()} s`];
    await stage.end();
    return { text, stage, settled };
  } finally {
    stage.kill();
  }
}

function describe({ kind, scorer, holdMs }: Fault, from: string, to: string, note: string): string {
  const whose = kind.includes("a scorer") && !kind.startsWith("add") ? ` (${scorer})` : "";
  return `  ${from.padStart(5)} s to ${to.padStart(5)} s  ${kind}${whose}, ${holdMs} ms${note ? `: ${note}` : ""}`;
}

/** Waits until everything is decided and projected; gives what is open where it does not come to that. */
export async function settle({ env, sql }: ChaosStack): Promise<string | undefined> {
  for (const deadlineMs = performance.now() + settleMsMax; ; await pause(1_000)) {
    // A broker that was paused beyond its own session leads nothing until it has registered again.
    const progress = await readProgress(env.KAFKA_BROKERS, sql).catch((error: Error) => error);
    const open = progress instanceof Error ? [progress.message] : progress.filter(isBehind);
    if (open.length === 0) return undefined;
    if (performance.now() > deadlineMs) return `not at rest after ${settleMsMax} ms: ${JSON.stringify(open)}`;
  }
}

/** Every decision once more in SQL, from the rows alone. */
async function parityDifferences(home: Home, decisions: number): Promise<string[]> {
  const { code, stdout, stderr } = await scoreline(home, "parity", "--full", "--json");
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (code === 0 && JSON.parse(last).parity?.decisions === decisions) return [];
  return [`parity ended with ${code} and is not of ${decisions} decisions: ${last}\n${stderr}`];
}

/** One scorer, left alone, over the same records into an empty database; the documents of the run before are gone. */
async function undisturbedRun({ home, env, sql, db }: ChaosStack): Promise<History> {
  const since = await endOfOutputs(env.KAFKA_BROKERS);
  await Promise.all([alertsOf(db).deleteMany({}), rawTransactionsOf(db).deleteMany({})]);
  await sql`create database undisturbed`;
  const url = new URL(env.CREDITDB_URL);
  url.pathname = "/undisturbed";
  await migrate(String(url), "creditdb");
  const calmEnv = { ...env, CREDITDB_URL: String(url) };
  const calmSql = connectPostgres(String(url), { app: "test" });
  const scorer = startTestScorer(home, calmEnv, "undisturbed-scorer", { groupId: "undisturbed" });
  try {
    const open = await settle({ home, env: calmEnv, sql: calmSql, db });
    if (open !== undefined) throw new Error(`The undisturbed run is ${open}\n${tail(scorer.logFile)}`);
    await endTestScorer(scorer, "SIGTERM");
    return await readHistory(env.KAFKA_BROKERS, calmSql, db, since);
  } finally {
    scorer.signal("SIGKILL");
    await calmSql.end({ timeout: 1 });
  }
}

function summary(history: History, versions: Record<string, number>): string {
  const { rows, transactions, raw, issues, failed, alerts, decisions, letters } = history;
  const duplicates = issues.filter(({ check_type }) => check_type.startsWith("duplicate_")).length;
  const applied = total(rows.map(({ loan_amount }) => loan_amount));
  const spent = total(transactions.map(({ amount }) => amount));
  return (
    `${rows.length} scored (${applied} in all; ${JSON.stringify(versions)}), ${transactions.length} transactions ` +
    `(${spent} in all), ${raw.length} raw, ${duplicates} duplicates, ${failed.length} failed, ${alerts.length} alerts, ` +
    `${decisions.length} decisions sent, ${letters.length} dead letters sent`
  );
}

function total(amounts: readonly number[]): string {
  return (amounts.reduce((sum, amount) => sum + Math.round(amount * 100), 0) / 100).toFixed(2);
}
