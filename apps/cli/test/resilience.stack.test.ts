import { pidOf, type StackEnv, up } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { describe, expect, test } from "vitest";
import { type Counts, readCounts, settledCounts } from "../src/counts.ts";
import { produceApplications, shares } from "./support/applications.ts";
import { ownStack } from "./support/ownStack.ts";
import { endScorer, progressOf, startScorer } from "./support/scorer.ts";

const pollMs = { timeout: 60_000, interval: 10 };
const settleMsMax = 90_000;

/** What any number of stream records must come to, whatever happened on the way. */
function expected(records: number): Partial<Counts> {
  const repeated = (records * shares.repeated) / shares.of;
  const bad = (records * shares.bad) / shares.of;
  return { inFlight: 0, scored: records - repeated - bad, duplicates: repeated, failedRecords: bad };
}

/** How many of the partitions the rows of `credit_applications` say each epoch holder has taken, in total. */
async function takenBy(sql: Database): Promise<number> {
  const [row] = await sql<{ total: number }[]>`select coalesce(sum(epoch), 0)::int as total from stream_offsets`;
  return row?.total ?? 0;
}

describe("nothing is lost and nothing is counted twice", () => {
  let env: StackEnv;
  let sql: Database;
  const home = ownStack("resilience", (started) => {
    ({ env, sql } = started);
  });

  test("when a second scorer joins the group and the first one leaves, under load", { timeout: 180_000 }, async () => {
    await produceApplications(env.KAFKA_BROKERS, 0, 20_000);
    const first = startScorer(env);
    await expect.poll(() => progressOf(sql, "next_offset"), pollMs).toBeGreaterThan(0);
    const takenByFirst = await takenBy(sql);
    const second = startScorer(env);
    await produceApplications(env.KAFKA_BROKERS, 20_000, 40_000);
    await expect.poll(() => takenBy(sql), pollMs).toBeGreaterThan(takenByFirst);
    await produceApplications(env.KAFKA_BROKERS, 40_000, 60_000);
    expect(await endScorer(first, "SIGTERM")).toBe(0);
    const counts = await settledCounts(env, settleMsMax);
    expect(counts).toMatchObject(expected(60_000));
    expect(await endScorer(second, "SIGTERM")).toBe(0);
  });

  test("when MongoDB, PostgreSQL and the broker are killed in turn, under load", { timeout: 300_000 }, async () => {
    const before = await progressOf(sql, "next_offset");
    await produceApplications(env.KAFKA_BROKERS, 60_000, 120_000);
    const scorer = startScorer(env);
    const killed: number[] = [];
    for (const service of ["mongo", "postgres", "kafka"]) {
      await expect
        .poll(() => progressOf(sql, "next_offset").catch(() => 0), pollMs)
        .toBeGreaterThan(before + 12_000 * killed.length);
      const pid = pidOf(home, service);
      if (pid === undefined) continue;
      process.kill(pid, "SIGKILL");
      killed.push(pid);
      await up(home);
    }
    expect(killed.length).toBeGreaterThanOrEqual(2);
    const counts = await settledCounts(env, settleMsMax);
    expect(counts).toMatchObject(expected(120_000));
    const [alerts] = await sql<{ count: number }[]>`select count(*)::int as count from credit_scores where is_fraud`;
    expect((await readCounts(env)).alerts).toBe(alerts?.count);
    expect(await endScorer(scorer, "SIGTERM")).toBe(0);
  });
});
