import { readFileSync } from "node:fs";
import { topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { pidOf } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { expect } from "vitest";
import { compareUndisturbed } from "../undisturbed.ts";
import { historyDifferences } from "./check.ts";
import { isBehind, readHistory, readProgress } from "./history.ts";
import { type ChaosStack, settle } from "./run.ts";
import { endTestScorer, startTestScorer, type TestScorer, tail } from "./scorers.ts";

const pollMs = { timeout: 40_000, interval: 20 };
const topic = topics.creditApplications.name;
/** One scorer after the other is the same static member: the next one takes over at once, and the last one is not told. */
const settings = { instanceId: "directed", sessionTimeoutMs: 60_000 };

/** What comes of a schedule that is not left to chance, by the scorer of the checkout `root`: its differences. */
export type Directed = (stack: ChaosStack, root: string) => Promise<string[]>;

/**
 * A process is stopped with a batch in hand that is not committed; another one takes the partition and decides the same
 * records; then the first one goes on with its batch, and the broker cannot tell it that it was replaced.
 */
export const pausedInMidBatch: Directed = async (stack, root) => {
  const { home, env, sql } = stack;
  const scorers: TestScorer[] = [startTestScorer(home, env, "paused", { ...settings, root })];
  const [paused] = scorers;
  const kafka = pidOf(home, "kafka");
  if (!paused || kafka === undefined) throw new Error("no broker runs in this stack");
  try {
    await send(stack, ids(0, 20), { user: "u", partition: 0 });
    await atRest(stack, paused);
    await holding(
      sql,
      (held) => held`lock table credit_scores in access exclusive mode`,
      async () => {
        await send(stack, ids(20, 60), { user: "u", partition: 0 });
        await expect.poll(() => waiting(sql), pollMs).toBeGreaterThan(0);
        paused.signal("SIGSTOP");
        await cutConnections(sql);
      },
    );
    const heir = startTestScorer(home, env, "heir", { ...settings, root });
    scorers.push(heir);
    await atRest(stack, heir);
    const before = await lastCommit(sql);
    process.kill(kafka, "SIGSTOP");
    paused.signal("SIGCONT");
    const tried = async () =>
      (await lastCommit(sql)) !== before || readFileSync(paused.logFile, "utf8").includes("stopped");
    await expect.poll(tried, pollMs).toBe(true);
    process.kill(kafka, "SIGCONT");
    await endTestScorer(paused, "SIGKILL");
    await atRest(stack, heir);
    await endTestScorer(heir, "SIGTERM");
    return await differencesOf(stack);
  } finally {
    process.kill(kafka, "SIGCONT");
    for (const scorer of scorers) scorer.signal("SIGKILL");
  }
};

/**
 * A process is killed when its commit has begun and is not through. The same id came in on another partition meanwhile, so
 * what it would have committed is not what will be.
 */
export const killedInCommit: Directed = async (stack, root) => {
  const { home, env, sql } = stack;
  const killed = startTestScorer(home, env, "killed", { ...settings, root });
  const scorers = [killed];
  try {
    await send(stack, [1], { user: "one", partition: 0 });
    await send(stack, [2], { user: "other", partition: 1 });
    await atRest(stack, killed);
    await holding(
      sql,
      (held) => held`select from stream_offsets where topic = ${topic} and partition = 0 for update`,
      async () => {
        await send(stack, [3], { user: "one", partition: 0 });
        await expect.poll(() => waiting(sql), pollMs).toBeGreaterThan(0);
        await send(stack, [3], { user: "other", partition: 1 });
        const open = async () => (await openPlaces(stack)).join();
        await expect.poll(open, pollMs).toBe(`${topic}/0`);
        await endTestScorer(killed, "SIGKILL");
        // Its backend would commit when the lock is gone: it does not look at its client while it waits.
        await cutConnections(sql);
      },
    );
    const next = startTestScorer(home, env, "next", { ...settings, root });
    scorers.push(next);
    await atRest(stack, next);
    await endTestScorer(next, "SIGTERM");
    return await differencesOf(stack);
  } finally {
    for (const scorer of scorers) scorer.signal("SIGKILL");
  }
};

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Applications that are fraud, so that each has an alert. */
async function send(
  { env }: ChaosStack,
  applications: number[],
  { user, partition }: { user: string; partition: number },
) {
  const producer = createProducer({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-test" });
  await producer.ready();
  const values = applications.map((id) => ({
    application_id: id,
    user_id: user,
    credit_score: 400,
    loan_amount: 20_000 + id,
    timestamp: 1_700_000_000,
  }));
  const sends = values.map((value) =>
    producer.send({ topic, key: user, partition, value: Buffer.from(JSON.stringify(value)) }),
  );
  await Promise.all(sends);
  await producer.close();
}

/** Runs `work` while a session of the test's own holds the locks that `take` takes. */
async function holding(sql: Database, take: (held: Database) => Promise<unknown>, work: () => Promise<void>) {
  const held = await sql.reserve();
  try {
    await held`begin`;
    await take(held);
    await work();
  } finally {
    await held`rollback`;
    held.release();
  }
}

/** Ends what the scorers have begun in Postgres and not committed. */
async function cutConnections(sql: Database): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scoreline-scorer'`;
}

/** How many of the scorers' statements wait for a lock. */
async function waiting(sql: Database): Promise<number> {
  const rows = await sql`
    select from pg_stat_activity where application_name = 'scoreline-scorer' and wait_event_type = 'Lock'`;
  return rows.length;
}

async function lastCommit(sql: Database): Promise<string> {
  const [row] = await sql<{ at: string }[]>`
    select updated_at::text as at from stream_offsets where topic = ${topic} and partition = 0`;
  return row?.at ?? "";
}

async function openPlaces({ env, sql }: ChaosStack): Promise<string[]> {
  const open = (await readProgress(env.KAFKA_BROKERS, sql)).filter(isBehind);
  return open.map((place) => `${place.topic}/${place.partition}`);
}

async function atRest(stack: ChaosStack, scorer: TestScorer): Promise<void> {
  const open = await settle(stack);
  if (open !== undefined) throw new Error(`${scorer.name} is ${open}\n${tail(scorer.logFile)}`);
}

async function differencesOf({ env, sql, db }: ChaosStack): Promise<string[]> {
  const { differences } = await compareUndisturbed(sql, db);
  return [
    ...historyDifferences(await readHistory(env.KAFKA_BROKERS, sql, db)),
    ...differences.map((difference) => `decided differently: ${JSON.stringify(difference)}`),
  ];
}
