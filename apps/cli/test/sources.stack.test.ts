import { topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import { pidOf, type StackEnv, up } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { initialise } from "../src/init.ts";
import { ownStack } from "./support/ownStack.ts";
import { progressOf } from "./support/scorer.ts";
import { application, send } from "./support/sending.ts";
import { topicAdmin } from "./support/topicAdmin.ts";
import { WatchedScorer } from "./support/watchedScorer.ts";

const poll = { timeout: 60_000, interval: 20 };
/** A scorer has ended by then, whatever its stores do. */
const shutdownMsMax = 25_000;
const { name: topic, partitions } = topics.creditApplications;

describe("one stack", { timeout: 120_000 }, () => {
  let env: StackEnv;
  let sql: Database;
  const home = ownStack("sources", (started) => {
    ({ env, sql } = started);
  });
  let sent = 0;

  function start(): WatchedScorer {
    const scorer = new WatchedScorer(env);
    onTestFinished(async () => void (await scorer.end("SIGKILL")));
    return scorer;
  }

  /** Appends applications of many users, or to one partition. */
  async function produce(count: number, partition?: number): Promise<void> {
    const to = partition === undefined ? {} : { partition };
    const values = Array.from({ length: count }, (_, index) => ({
      ...application(`a-${sent + index}`, `user-${index % 200}`),
      ...to,
    }));
    sent += count;
    await send(env.KAFKA_BROKERS, values);
  }

  const decided = () => progressOf(sql, "next_offset");
  const projected = () => progressOf(sql, "projected_offset");
  const offsets = async () => {
    const rows = await sql<{ partition: number; next: bigint }[]>`
      select partition, next_offset as next from stream_offsets where topic = ${topic} order by partition`;
    return rows.map(({ next }) => next);
  };

  describe("a scorer that is told to end", () => {
    test("finishes what it has in hand, projects it, loses nothing, and exits with 0, under load", async () => {
      await produce(30_000);
      const scorer = start();
      await expect.poll(decided, poll).toBeGreaterThan(0);
      const startedMs = performance.now();
      expect(await scorer.end()).toBe(0);
      expect(performance.now() - startedMs).toBeLessThan(shutdownMsMax);
      const [next, done] = [await decided(), await projected()];
      console.log(`ended after ${next} of ${sent} records, in ${Math.round(performance.now() - startedMs)} ms`);
      expect(next).toBeLessThan(sent);
      expect(done).toBe(next);
      const after = start();
      await expect.poll(projected, poll).toBe(sent);
      expect(await sql`select from credit_scores`).toHaveLength(sent);
      expect(await sql`select from data_quality_issues`).toHaveLength(0);
      expect(await after.end()).toBe(0);
    });

    test("ends at once by a second signal, of either kind", async () => {
      await produce(600);
      const scorer = start();
      await sql.begin(async (lock) => {
        await lock`select from stream_offsets for update`;
        await expect.poll(() => scorer.told("info", /scorer started/).length, poll).toBe(1);
        scorer.signal("SIGTERM");
        await expect.poll(() => scorer.told("info", /stopping/).length, poll).toBe(1);
        const startedMs = performance.now();
        expect(await scorer.end("SIGINT")).toBeNull();
        expect(scorer.endedBy).toBe("SIGINT");
        expect(performance.now() - startedMs).toBeLessThan(2_000);
      });
    });

    test("ends within its bound while Postgres is away, and the next one finds everything", async () => {
      const scorer = start();
      await expect.poll(projected, poll).toBe(sent);
      const pid = pidOf(home, "postgres") ?? Number.NaN;
      process.kill(pid, "SIGKILL");
      await produce(2_000);
      await expect.poll(() => scorer.told("warn", /a sink does not answer/).length, poll).toBeGreaterThan(0);
      const startedMs = performance.now();
      expect(await scorer.end()).toBe(0);
      const tookMs = Math.round(performance.now() - startedMs);
      console.log(`ended without Postgres in ${tookMs} ms`);
      expect(tookMs).toBeLessThan(shutdownMsMax);
      await up(home);
      const after = start();
      await expect.poll(() => projected().catch(() => 0), poll).toBe(sent);
      expect(await after.end()).toBe(0);
    });
  });

  describe("a log that does not go on where its partition was left stops that partition", () => {
    const stopped = (scorer: WatchedScorer) => scorer.metric("scoreline_scorer_stopped_partitions", { topic });

    test("a log that was cut at its front, or at its end: the others go on, and it does once it is mended", async () => {
      const left = await offsets();
      const [first = 0n, second = 0n] = left;
      await produce(50, 0);
      await topicAdmin(env.KAFKA_BROKERS, topic).truncate(0, first + 20n);
      // A broker that was restored from a copy ends before what was decided; here what was decided is put ahead of it.
      await sql`update stream_offsets set next_offset = next_offset + 7 where topic = ${topic} and partition = 1`;
      const scorer = start();
      await expect.poll(() => stopped(scorer), poll).toBe(2);
      const told = scorer
        .told("error", /partition stopped/)
        .map(({ error }) => String(error))
        .toSorted();
      expect(told).toEqual([
        expect.stringMatching(
          `${topic}/0: the log begins at offset ${first + 20n}, and ${first} is the next to decide: 20 records`,
        ),
        expect.stringMatching(`${topic}/1: the log ends at offset ${second}, and ${second + 7n} is the next to decide`),
      ]);
      expect(await scorer.ask("/readyz")).toMatchObject({ status: 503, body: expect.stringContaining(`${topic}/0`) });
      expect((await scorer.ask("/livez"))?.status).toBe(200);
      for (let partition = 2; partition < partitions; partition += 1) await produce(10, partition);
      await expect.poll(async () => (await offsets()).slice(2), poll).toEqual(left.slice(2).map((next) => next + 10n));
      expect((await offsets()).slice(0, 2)).toEqual([first, second + 7n]);

      // As the documentation says: the loss of twenty records is accepted, and the end is where it was.
      await sql`
        update stream_offsets set next_offset = ${first + 20n}, projected_offset = ${first + 20n}
        where topic = ${topic} and partition = 0 and projected_offset = next_offset`;
      await sql`update stream_offsets set next_offset = ${second} where topic = ${topic} and partition = 1`;
      await expect.poll(async () => (await offsets()).slice(0, 2), poll).toEqual([first + 50n, second]);
      await expect.poll(() => stopped(scorer), poll).toBe(0);
    });

    test("a topic that was made again while it is read, and one with more partitions: nothing of them is decided", async () => {
      const scorer = start();
      await produce(60);
      await expect.poll(projected, poll).toBe(sent);
      await expect.poll(async () => (await scorer.ask("/readyz"))?.status, poll).toBe(200);
      const rows = () => sql`select from credit_scores`.then(({ length }) => length);
      const before = [await rows(), await offsets()];
      const admin = topicAdmin(env.KAFKA_BROKERS, topic);
      await admin.delete();
      const made = () =>
        initialise(env).then(
          () => true,
          () => false,
        );
      await expect.poll(made, poll).toBe(true);
      // More than there was: what is read by offset alone would go on in the middle of another topic.
      for (const [partition, left] of (await offsets()).entries()) await produce(Number(left) + 10, partition);
      const madeAgain = () => scorer.told("error", /deleted and made again/).map((line) => line.partition);
      await expect.poll(() => new Set(madeAgain()).size, poll).toBe(partitions);
      expect((await scorer.ask("/livez"))?.status).toBe(200);
      await admin.repartition(partitions + 3);
      const repartitioned = () => scorer.told("error", /has 9 partitions and must have 6: its users would move/).length;
      await expect.poll(repartitioned, poll).toBeGreaterThanOrEqual(partitions);
      expect([await rows(), await offsets()]).toEqual(before);
      expect(await scorer.end()).toBe(0);
    });
  });

  test("users of these tests lie on every partition", () => {
    const met = new Set(Array.from({ length: 200 }, (_, index) => partitionForKey(`user-${index}`, partitions)));
    expect(met.size).toBe(partitions);
  });
});
