import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { deadLetterHeaders, topics } from "@scoreline/contracts";
import { down, pidOf, type StackEnv, up } from "@scoreline/stack";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readCounts } from "../src/counts.ts";
import { initialise } from "../src/init.ts";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import { connectionStorm } from "./support/connectionStorm.ts";
import { failNoMore, failWith, installFaults } from "./support/databaseFaults.ts";
import { temporaryHome } from "./support/homes.ts";
import { progressOf } from "./support/scorer.ts";
import { application, send } from "./support/sending.ts";
import { readTopic } from "./support/topic.ts";
import { compareUndisturbed } from "./support/undisturbed.ts";
import { WatchedScorer } from "./support/watchedScorer.ts";

const poll = { timeout: 60_000, interval: 50 };
/** What a health check waits for an answer, by Docker's setting. */
const healthMsMax = 5_000;
/** What the process may hold at most after all this, in MiB. */
const peakMibMax = 512;
const policyFile = join(dirname(defaultPolicyFile), "velocity.yaml");

// One scorer lives through all of this, under the velocity policy: what it decided is decided once more at the end.
describe("a scorer outlives what its stores do", { timeout: 120_000 }, () => {
  const home = temporaryHome("faults");
  let env: StackEnv;
  let sql: Database;
  let scorer: WatchedScorer;
  let sent = 0;

  beforeAll(async () => {
    env = await up(home);
    await initialise(env, { policyFile });
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    await installFaults(sql);
  });

  afterAll(async () => {
    await sql?.end({ timeout: 1 });
    await scorer?.end("SIGKILL");
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  });

  /** Appends applications of many users, or of those given. */
  async function produce(count: number, over: (index: number) => object = () => ({})): Promise<void> {
    const values = Array.from({ length: count }, (_, index) => {
      const number = sent + index;
      const risky = number % 50 === 0 ? { credit_score: 400, loan_amount: 16_000 } : {};
      return application(`a-${number}`, `user-${number % 400}`, { ...risky, ...over(index) });
    });
    sent += count;
    await send(env.KAFKA_BROKERS, values);
  }

  const decided = () => progressOf(sql, "next_offset").catch(() => 0);
  const projected = () => progressOf(sql, "projected_offset").catch(() => 0);
  const settled = () => expect.poll(projected, poll).toBe(sent);
  const issues = async () => (await sql`select from data_quality_issues where check_type = 'unclassified'`).length;
  const kill = (service: string) => process.kill(pidOf(home, service) ?? Number.NaN, "SIGKILL");
  const unready = async () => (await scorer.ask("/readyz"))?.body ?? "";
  const retried = () => scorer.metric("scoreline_scorer_sink_retries_total", { sink: "postgres" });
  const isAlive = async () => expect((await scorer.ask("/livez"))?.status).toBe(200);

  test("Postgres away when it starts: it is alive, says what it waits for, and begins when that is back", async () => {
    kill("postgres");
    scorer = new WatchedScorer(env);
    await produce(500);
    await expect.poll(unready, poll).toContain("postgres");
    await isAlive();
    await up(home);
    await settled();
    await expect.poll(async () => (await scorer.ask("/readyz"))?.status, poll).toBe(200);
  });

  test("Postgres killed while records come", async () => {
    const before = sent;
    await produce(4_000);
    await expect.poll(decided, { ...poll, interval: 1 }).toBeGreaterThan(before);
    kill("postgres");
    await produce(1_000);
    await isAlive();
    // The figures are made when they are asked for: they rise while nothing moves.
    const lag = (unit: string) =>
      scorer.metric(`scoreline_scorer_lag_${unit}`, { topic: topics.creditApplications.name });
    const isUp = () => scorer.metric("scoreline_dependency_up", { dependency: "postgres" });
    await expect.poll(() => lag("records"), poll).toBeGreaterThanOrEqual(1_000);
    await expect.poll(isUp, poll).toBe(0);
    const early = await lag("seconds");
    await expect.poll(() => lag("seconds"), poll).toBeGreaterThan(early + 2);
    await up(home);
    await settled();
    expect([await lag("records"), await lag("seconds")]).toEqual([0, 0]);
    await expect.poll(isUp, poll).toBe(1);
  });

  test("Postgres that hangs: it says so to whoever asks, in time, and goes on with it", async () => {
    const backends = await sql<{ pid: number }[]>`select pid from pg_stat_activity`;
    const pids = [pidOf(home, "postgres") ?? Number.NaN, ...backends.map(({ pid }) => pid)];
    const signal = (name: NodeJS.Signals) => {
      for (const pid of pids) process.kill(pid, name);
    };
    signal("SIGSTOP");
    try {
      await produce(500);
      for (let time = 0; time < 3; time += 1) {
        const startMs = performance.now();
        expect(await unready()).toContain("postgres");
        expect(performance.now() - startMs).toBeLessThan(healthMsMax);
      }
      await isAlive();
    } finally {
      signal("SIGCONT");
    }
    await settled();
    await expect.poll(async () => (await scorer.ask("/readyz"))?.status, poll).toBe(200);
  });

  test("Postgres that makes it wait: the partition is paused, the group keeps the member, memory is bounded", async () => {
    const one = (index: number) => ({ user_id: "busy", credit_score: 700, loan_amount: 1_000 + (index % 50) });
    const received = () =>
      scorer.metric("scoreline_scorer_records_received_total", { topic: topics.creditApplications.name });
    const before = await received();
    const epochs = () => sql`select epoch from stream_offsets order by topic, partition`;
    const held = await epochs();
    await sql.begin(async (lock) => {
      await lock`select from stream_offsets for update`;
      await produce(30_000, one);
      let last = -1;
      const rests = async () => {
        const [now, earlier] = [await received(), last];
        last = now;
        return now === earlier && now > before;
      };
      await expect.poll(rests, { timeout: 30_000, interval: 1_000 }).toBe(true);
      expect(last - before).toBeLessThan(20_000);
      await isAlive();
    });
    await settled();
    expect(await epochs()).toEqual(held);
  });

  test.each([
    ["a full disk", "53100"],
    ["too little memory", "53200"],
    ["a lock that is held too long", "55P03"],
    ["a statement that is cancelled", "57014"],
  ])("%s (%s): it waits, says so, and dead-letters nothing", async (_, code) => {
    const before = await retried();
    await failWith(sql, code);
    await produce(200);
    await expect.poll(retried, poll).toBeGreaterThan(before + 2);
    expect(scorer.told("warn", new RegExp(`made to fail with ${code}`)).length).toBeGreaterThan(0);
    await failNoMore(sql);
    await settled();
    expect(await issues()).toBe(0);
  });

  test("a server that has become read-only (25006): it waits until it can write again", async () => {
    const before = await retried();
    await sql`alter system set default_transaction_read_only = on`;
    await sql`select pg_reload_conf()`;
    onTestFinished(() =>
      sql`alter system reset default_transaction_read_only`
        .then(() => sql`select pg_reload_conf()`)
        .then(() => undefined),
    );
    await produce(200);
    await expect.poll(retried, poll).toBeGreaterThan(before + 2);
    expect(scorer.told("warn", /read-only transaction/).length).toBeGreaterThan(0);
    await sql`alter system reset default_transaction_read_only`;
    await sql`select pg_reload_conf()`;
    await settled();
    expect(await issues()).toBe(0);
  });

  test("a server whose connections others have taken (53300): it waits until there is one", async () => {
    const storm = connectionStorm(env.CREDITDB_URL, sql);
    onTestFinished(() => storm.calm());
    await storm.take();
    await produce(200);
    const starved = async () => {
      await storm.take();
      return scorer.told("warn", /too many clients|connection slots/).length;
    };
    await expect.poll(starved, { ...poll, interval: 200 }).toBeGreaterThan(0);
    await isAlive();
    await storm.calm();
    await settled();
    expect(await issues()).toBe(0);
  });

  test("a deadlock (40P01): the batch is decided again", async () => {
    await failWith(sql, "40P01");
    await produce(200);
    await settled();
    await failNoMore(sql);
    expect(await issues()).toBe(0);
    expect(
      (await sql<{ calls: number }[]>`select last_value::int as calls from test_fault_calls`)[0]?.calls,
    ).toBeGreaterThan(3);
  });

  test("rows that Postgres refuses stand alone in the end, and enter no window", async () => {
    const refused = ["22021", "23514", "54000", "P0001"].map((code, index) => ({
      code,
      id: `a-${sent + 100 + 3 * index}`,
    }));
    for (const { code, id } of refused) await failWith(sql, code, id);
    const first = sent;
    await produce(400, (index) => (index >= 100 && index < 120 ? { user_id: "unlucky", credit_score: 700 } : {}));
    await settled();
    await failNoMore(sql);
    const rows = await sql<{ id: string; reason: string }[]>`
      select failed_record_id as id, reason from data_quality_issues where check_type = 'unclassified' order by record_offset`;
    expect(rows.map(({ id, reason }) => ({ id, code: /SQLSTATE (\w+)/.exec(reason)?.[1] }))).toEqual(
      refused.map(({ code, id }) => ({ id, code })),
    );
    const [last] = await sql<{ count: number }[]>`
      select (features->>'applications_1h')::int as count from credit_scores where application_id = ${`a-${first + 119}`}`;
    expect(last?.count).toBe(20 - refused.length);
    const letters = await readTopic(env.KAFKA_BROKERS, topics.deadLetters.name);
    const values = letters.map(({ value }) => (JSON.parse(String(value)) as { application_id: string }).application_id);
    expect([...new Set(values)].toSorted()).toEqual(refused.map(({ id }) => id).toSorted());
    expect(letters.every(({ headers }) => headers.some(([name]) => name === deadLetterHeaders.failures))).toBe(true);
  });

  test("a table that is missing (42P01): partitions stop and say what mends it, and no record is blamed", async () => {
    const before = await issues();
    await sql`alter table credit_scores rename to credit_scores_hidden`;
    await produce(600);
    await expect
      .poll(() => scorer.told("error", /does not exist \(SQLSTATE 42P01\).*scoreline init/).length, poll)
      .toBeGreaterThan(0);
    await expect.poll(() => scorer.metric("scoreline_scorer_stopped_partitions"), poll).toBeGreaterThan(0);
    expect(await unready()).toContain("credit_applications/");
    await isAlive();
    await sql`alter table credit_scores_hidden rename to credit_scores`;
    await settled();
    expect(await issues()).toBe(before);
    expect(await scorer.metric("scoreline_scorer_stopped_partitions")).toBe(0);
  });

  test("one id under two users on two partitions, at once, is one row and one issue, and in one user's windows", async () => {
    const count = 600;
    const pair = (partition: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...application(`twin-${index}`, `twin-user-${partition}`),
        partition,
      }));
    const orders = [pair(0), pair(1).toReversed()];
    await Promise.all(orders.map((values) => send(env.KAFKA_BROKERS, values)));
    await send(
      env.KAFKA_BROKERS,
      [0, 1].map((partition) => ({ ...application(`last-${partition}`, `twin-user-${partition}`), partition })),
    );
    sent += 2 * count + 2;
    await settled();
    const rows = await sql<{ partition: number; rows: number; counted: number }[]>`
      select partition, count(*)::int as rows, max((features->>'applications_1h')::int) as counted
      from credit_scores where user_id like 'twin-user-%' group by partition order by partition`;
    expect(rows.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(count + 2);
    expect(rows.map(({ counted }) => counted)).toEqual(rows.map(({ rows }) => rows));
    expect(await sql`select from data_quality_issues where check_type = 'duplicate_application_id'`).toHaveLength(
      count,
    );
  });

  test("MongoDB away: decisions go on, nothing is lost, and the alerts are there when it is back", async () => {
    const before = await decided();
    kill("mongo");
    await produce(3_000);
    await expect.poll(decided, poll).toBeGreaterThan(before);
    await expect.poll(unready, poll).toContain("mongodb");
    await isAlive();
    await up(home);
    await settled();
  });

  test("and in the end everything is there once, as if nothing had happened", async () => {
    const counts = await readCounts(env);
    const [alerts] = await sql<{ count: number }[]>`select count(*)::int as count from credit_scores where is_fraud`;
    expect(counts).toMatchObject({
      scored: sent - 604,
      duplicates: 600,
      failedRecords: 4,
      alerts: alerts?.count,
      inFlight: 0,
    });
    const { client, db } = connectMongo(env.MONGO_URL, { app: "test" });
    onTestFinished(() => client.close());
    expect((await compareUndisturbed(sql, db)).differences).toEqual([]);
    const peakMib = scorer.peakMib();
    console.log(`the scorer held ${peakMib} MiB at its peak`);
    expect(peakMib).toBeLessThan(peakMibMax);
    expect(await scorer.end()).toBe(0);
  });
});
