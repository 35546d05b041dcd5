import { rmSync } from "node:fs";
import { deadLetterHeaders, topics } from "@scoreline/contracts";
import { down, type StackEnv, up } from "@scoreline/stack";
import { alertsOf, connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres } from "@scoreline/stores/postgres";
import { afterAll, expect, test } from "vitest";
import { initialise } from "../src/init.ts";
import { produceApplications, seeded, shares } from "./support/applications.ts";
import { temporaryHome } from "./support/homes.ts";
import { endScorer, progressOf, startScorer } from "./support/scorer.ts";
import { readTopic } from "./support/topic.ts";

const records = 60_000;
const kills = 10;
const killSeed = Number(process.env.SCORELINE_KILL_SEED ?? 7);
const homes = [temporaryHome("calm"), temporaryHome("killed")];

afterAll(async () => {
  for (const home of homes) {
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  }
});

/** Brings a stack up, lets `disturb` run the scorer over the records, and gives all that came of them. */
async function outcomeOf(
  home: (typeof homes)[number],
  disturb: (env: StackEnv, progress: () => Promise<number>) => Promise<void>,
) {
  const env = await up(home);
  await initialise(env);
  await produceApplications(env.KAFKA_BROKERS, 0, records);
  const sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
  const { client, db } = connectMongo(env.MONGO_URL, { app: "test" });
  const topic = topics.creditApplications.name;
  try {
    await disturb(env, () => progressOf(sql, "next_offset"));
    const scorer = startScorer(env, { instanceId: "scorer-1" });
    await expect.poll(() => progressOf(sql, "projected_offset"), { timeout: 60_000 }).toBe(records);
    expect(await endScorer(scorer, "SIGTERM")).toBe(0);
    const rows = await sql`
      select application_id, user_id, credit_score, loan_amount::text, submitted_at, topic, partition, record_offset::text,
        is_fraud, fraud_rules, fraud_reason, risk_level, policy_status, approval_status, reasons, reason_details, features,
        policy_version, exception_id
      from credit_scores order by application_id`;
    const issues = await sql`
      select partition, record_offset::text, issue_number, check_type, failed_record_id, field, reason, stage
      from data_quality_issues where topic = ${topic} order by partition, record_offset, issue_number`;
    const alerts = await alertsOf(db).find().sort({ _id: 1 }).toArray();
    const decisions = await readTopic(env.KAFKA_BROKERS, topics.creditDecisions.name);
    const letters = await readTopic(env.KAFKA_BROKERS, topics.deadLetters.name);
    const idOf = (letter: (typeof letters)[number]) =>
      letter.headers.find(([name]) => name === deadLetterHeaders.id)?.[1].toString() ?? "none";
    return {
      rows: [...rows],
      issues: [...issues],
      alerts: alerts.map(({ alerted_at, ...alert }) => alert),
      decisions: latest(
        decisions
          .map((record) => JSON.parse(String(record.value)))
          .map(({ received_at, ...event }) => [event.decision_id, event]),
      ),
      letters: latest(letters.map((letter) => [idOf(letter), String(letter.value)])),
    };
  } finally {
    await Promise.allSettled([sql.end(), client.close()]);
    await down(home);
  }
}

/** Distinct records by their id: delivery at least once has the effect of once when repeats say the same. */
function latest(records: [id: string, record: unknown][]): [string, unknown][] {
  const seen = new Map<string, unknown>();
  for (const [id, record] of records) {
    if (seen.has(id)) expect(record).toEqual(seen.get(id));
    seen.set(id, record);
  }
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("a scorer killed ten times under load leaves what an undisturbed run leaves", { timeout: 300_000 }, async () => {
  const [calmHome, killedHome] = homes;
  if (!calmHome || !killedHome) throw new Error("two homes are needed");
  const calm = await outcomeOf(calmHome, async () => {});
  const random = seeded(killSeed);
  const killedAt: number[] = [];
  const killed = await outcomeOf(killedHome, async (env, progress) => {
    for (let kill = 1; kill <= kills; kill += 1) {
      const before = await progress();
      // Somewhere in this kill's share of the records, so that every kill meets a scorer at work.
      const target = before + 1 + Math.floor((random() * (records - before)) / (kills - kill + 2));
      const scorer = startScorer(env, { instanceId: "scorer-1" });
      await expect.poll(progress, { timeout: 60_000, interval: 3 }).toBeGreaterThanOrEqual(target);
      await endScorer(scorer, "SIGKILL");
      killedAt.push(await progress());
    }
  });
  console.log(`killed at ${killedAt.join(", ")} of ${records} records`);
  expect(killedAt.filter((offset) => offset < records).length).toBeGreaterThanOrEqual(kills - 2);

  const ids = new Set(calm.rows.map((row) => row.application_id));
  expect(ids.size).toBe(calm.rows.length);
  expect(calm.rows.length + new Set(calm.issues.map((issue) => `${issue.partition}/${issue.record_offset}`)).size).toBe(
    records,
  );
  expect(calm.alerts.length).toBeGreaterThan(0);
  expect(calm.letters).toHaveLength((records * shares.bad) / shares.of);
  expect(killed).toEqual(calm);
});
