import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { down, pidOf, type StackEnv, up } from "@scoreline/stack";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initialise } from "../src/init.ts";
import { publishPolicy } from "../src/policies/publish.ts";
import { seeded } from "./support/applications.ts";
import { temporaryHome } from "./support/homes.ts";
import { endScorer, progressOf, startScorer } from "./support/scorer.ts";
import { slidingPolicies } from "./support/slidingPolicy.ts";
import { compareUndisturbed } from "./support/undisturbed.ts";

const pollMs = { timeout: 90_000, interval: 5 };
const killSeed = Number(process.env.SCORELINE_KILL_SEED ?? 11);
const kills = 8;
const users = 24;

const { sliding, longer } = slidingPolicies("applications_2s > 30 && devices_3s > 2 && least_5s < 1500");

describe("under the velocity policy", () => {
  const home = temporaryHome("windows");
  const random = seeded(killSeed);
  let env: StackEnv;
  let sql: Database;
  let stores: ReturnType<typeof connectMongo>;
  let produced = 0;

  beforeAll(async () => {
    env = await up(home);
    const policyFile = join(home.dir, "sliding.yaml");
    writeFileSync(policyFile, sliding);
    await initialise(env, { policyFile });
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    stores = connectMongo(env.MONGO_URL, { app: "test" });
  });

  afterAll(async () => {
    await Promise.allSettled([sql?.end({ timeout: 1 }), stores?.client.close()]);
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  });

  const decided = () => progressOf(sql, "next_offset").catch(() => 0);

  /** Appends more applications of few users; batches share a millisecond, so ties are many. `calm` ones are no fraud. */
  async function produce(count: number, { calm = false } = {}): Promise<void> {
    const producer = createProducer({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-test" });
    await producer.ready();
    const values = Array.from({ length: count }, (_, index) => {
      const user = calm ? `calm-${produced + index}` : `user-${Math.floor(random() * users)}`;
      const repeated = !calm && random() < 0.02 && produced > 0;
      return {
        application_id: `a-${repeated ? Math.floor(random() * produced) : produced + index}`,
        user_id: user,
        credit_score: calm ? 700 : 300 + Math.floor(random() * 551),
        loan_amount: (100_000 + Math.floor(random() * 1_900_000)) / 100,
        timestamp: 1_700_000_000,
        device_id: calm ? "one" : `d-${Math.floor(random() * 6)}`,
      };
    });
    const sends = values.map((value) =>
      producer.send({
        topic: topics.creditApplications.name,
        key: value.user_id,
        value: Buffer.from(JSON.stringify(value)),
      }),
    );
    await Promise.all(sends);
    await producer.close();
    produced += count;
  }

  const takenBy = async () => {
    const [row] = await sql<{ total: number }[]>`select coalesce(sum(epoch), 0)::int as total from stream_offsets`;
    return row?.total ?? 0;
  };

  test("decisions of scorers that are killed, join, leave and meet a new version are those of one that is never disturbed", {
    timeout: 400_000,
  }, async () => {
    const file = join(home.dir, "next.yaml");
    writeFileSync(file, longer);
    const published = await publishPolicy({ sql, db: stores.db }, { file, by: "tests" });
    const { effectiveFromMs } = published.version;
    const killedAt: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const before = await decided();
      await produce(3_000);
      const target = before + 1 + Math.floor(random() * (produced - before) * 0.8);
      const scorer = startScorer(env, { instanceId: "scorer-1" });
      await expect.poll(decided, pollMs).toBeGreaterThanOrEqual(target);
      await endScorer(scorer, "SIGKILL");
      killedAt.push(await decided());
    }
    console.log(`killed at ${killedAt.join(", ")} of ${produced} records`);

    const first = startScorer(env, { instanceId: "scorer-1" });
    await expect.poll(decided, pollMs).toBeGreaterThan(killedAt.at(-1) ?? 0);
    const takenByFirst = await takenBy();
    const second = startScorer(env);
    await produce(3_000);
    await expect.poll(takenBy, pollMs).toBeGreaterThan(takenByFirst);
    await produce(3_000);
    expect(await endScorer(second, "SIGTERM")).toBe(0);

    // It goes on over the instant at which the next version takes effect, without a restart.
    const past = async () => {
      await produce(200);
      await expect.poll(decided, pollMs).toBe(produced);
      const [row] = await sql<{ last: number }[]>`select max(t_ms)::float8 as last from credit_scores`;
      return row?.last ?? 0;
    };
    await expect.poll(past, { timeout: 120_000, interval: 100 }).toBeGreaterThan(effectiveFromMs + 2_000);
    await endScorer(first, "SIGKILL");
    await produce(3_000);
    const last = startScorer(env, { instanceId: "scorer-1" });
    await expect.poll(() => progressOf(sql, "projected_offset"), pollMs).toBe(produced);
    expect(await endScorer(last, "SIGTERM")).toBe(0);

    const { differences, decisions } = await compareUndisturbed(sql, stores.db);
    console.log(`compared ${JSON.stringify(decisions)} decisions`);
    expect(differences.slice(0, 3)).toEqual([]);
    const [row] = await sql<{ count: number; quick: number }[]>`
      select count(*)::int as count, count(*) filter (where 'quick' = any(fraud_rules))::int as quick from credit_scores`;
    expect(Object.values(decisions).reduce((a, b) => a + b, 0)).toBe(row?.count);
    expect(row?.quick).toBeGreaterThan(0);
    expect(Math.min(decisions["consumer-loans@1"] ?? 0, decisions["consumer-loans@2"] ?? 0)).toBeGreaterThan(1_000);
  });

  test("while the policy store is away, records beyond the lease wait, and are decided once it is back", {
    timeout: 240_000,
  }, async () => {
    const scorer = startScorer(env, { instanceId: "scorer-1" });
    await produce(100, { calm: true });
    await expect.poll(decided, pollMs).toBe(produced);
    const pid = pidOf(home, "mongo");
    if (pid === undefined) throw new Error("no process serves MongoDB in this stack");
    process.kill(pid, "SIGKILL");
    const killedMs = Date.now();
    const decidedSince = async (sinceMs: number) => {
      const [row] = await sql<
        { count: number }[]
      >`select count(*)::int as count from credit_scores where t_ms >= ${sinceMs}`;
      return row?.count ?? 0;
    };
    // The last read was before the kill, so its lease ends less than 30 s after it.
    const late = async () => {
      await produce(20, { calm: true });
      return Date.now() - killedMs;
    };
    await expect.poll(late, { timeout: 60_000, interval: 500 }).toBeGreaterThan(32_000);
    const onTime = await decidedSince(killedMs);
    expect(onTime).toBeGreaterThan(0);
    expect(await decidedSince(killedMs + 30_000)).toBe(0);
    expect(await decided()).toBeLessThan(produced);
    await up(home);
    await expect.poll(decided, pollMs).toBe(produced);
    expect(await decidedSince(killedMs + 30_000)).toBeGreaterThan(0);
    expect(scorer.exitCode).toBeNull();
    await expect.poll(() => progressOf(sql, "projected_offset"), pollMs).toBe(produced);
    expect(await endScorer(scorer, "SIGTERM")).toBe(0);
    expect((await compareUndisturbed(sql, stores.db)).differences.slice(0, 3)).toEqual([]);
  });
});
