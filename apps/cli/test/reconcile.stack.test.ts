import { rmSync } from "node:fs";
import { type DecisionEvent, topics } from "@scoreline/contracts";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { down, type StackEnv, up } from "@scoreline/stack";
import { alertsOf, connectMongo, type Db } from "@scoreline/stores/mongo";
import { connectPostgres, type Database, recordProjected, takePartition } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initialise } from "../src/init.ts";
import { type Reconciliation, reconcile } from "../src/reconcile/reconcile.ts";
import { alter, withdraw } from "./support/alteredRows.ts";
import { produceApplications, shares } from "./support/applications.ts";
import { jsonOf, scoreline } from "./support/cli.ts";
import { commitSettlement } from "./support/commit.ts";
import { recorded } from "./support/decisions.ts";
import { temporaryHome } from "./support/homes.ts";
import { endScorer, progressOf, startScorer } from "./support/scorer.ts";
import { deleteRecords } from "./support/topic.ts";

const records = 6_000;
const home = temporaryHome("reconcile");
const topic = topics.creditApplications.name;
let env: StackEnv;
let creditdb: Database;
let warehouse: Database;
let db: Db;
let closeMongo: () => Promise<void>;

/** Lets a scorer settle and project all there is. */
async function settle(total: number) {
  const scorer = startScorer(env);
  await expect.poll(() => progressOf(creditdb, "projected_offset"), { timeout: 60_000 }).toBe(total);
  expect(await endScorer(scorer, "SIGTERM")).toBe(0);
}

beforeAll(async () => {
  env = await up(home);
  await initialise(env);
  creditdb = connectPostgres(env.CREDITDB_URL, { app: "test" });
  warehouse = connectPostgres(env.DW_FINANCE_URL, { app: "test" });
  const mongo = connectMongo(env.MONGO_URL, { app: "test" });
  db = mongo.db;
  closeMongo = () => mongo.client.close();
});

afterAll(async () => {
  await Promise.allSettled([creditdb?.end(), warehouse?.end(), closeMongo?.()]);
  await down(home);
  rmSync(home.dir, { recursive: true, force: true });
});

/** What differs, as `check: at what`. */
function differing({ checks }: Reconciliation): string[] {
  return checks.flatMap(({ compared, examples }) => examples.map(({ at, what }) => `${compared}: ${at} ${what}`));
}

/** How many messages are repeats, by what the notes of a check say. */
function repeatsIn(notes: readonly string[]): number {
  return Number(/([\d,]+) messages are repeats/.exec(notes.join())?.[1]?.replaceAll(",", "") ?? 0);
}

/** A recorded application, the first by its place; of suspected fraud or not. */
async function anyDecision(isFraud: boolean) {
  const [row] = await creditdb<{ id: string; at: string; partition: number; offset: bigint }[]>`
    select application_id as id, concat_ws('/', topic, partition, record_offset) as at, partition, record_offset as offset
    from credit_scores where is_fraud = ${isFraud} order by partition, record_offset offset 40 limit 1`;
  if (!row) throw new Error("no such decision");
  return row;
}

describe("scoreline reconcile", () => {
  test("finds no difference before a scorer has taken a partition, nor while the first one takes them", async () => {
    await produceApplications(env.KAFKA_BROKERS, 0, records);
    expect(await reconcile(env)).toMatchObject({ differences: 0, lag: { unsettled: records } });
    let isSettled = false;
    const settling = settle(records).finally(() => {
      isSettled = true;
    });
    while (!isSettled) expect(differing(await reconcile(env))).toEqual([]);
    await settling;
  });

  test("of a stream at rest finds every record once in each store, and exits with 0", async () => {
    jsonOf(await scoreline(home, "warehouse", "--json"));
    const printed = await scoreline(home, "reconcile");
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringMatching(/the stores agree/) });
    const result = jsonOf<Reconciliation>(await scoreline(home, "reconcile", "--json"));
    expect(result).toMatchObject({ differences: 0, lag: { unsettled: 0, unprojected: 0, unloaded: 0 } });
    const bad = (records * shares.bad) / shares.of;
    const scored = records - bad - (records * shares.repeated) / shares.of;
    const figures = Object.fromEntries(result.checks.map(({ compared, left, right }) => [compared, [left, right]]));
    expect(figures).toMatchObject({
      "credit_applications: offsets below next_offset = outcomes in PostgreSQL": [records, records],
      "dead_letters: offsets below next_offset = outcomes in PostgreSQL": [bad, bad],
      "credit_applications: failed records = rows of failed_records": [bad, bad],
      "projected decisions = messages of credit_decisions": [scored, scored],
      "projected bad records = letters of dead_letters": [bad, bad],
      "creditdb.credit_scores = raw.credit_scores, as loaded": [scored, scored],
      "raw.credit_scores = marts.fact_loan_application, as built": [scored, scored],
    });
    expect(figures["rows of suspected fraud = alerts in MongoDB"]?.[0]).toBeGreaterThan(100);
  });

  test("exits with 1 on a difference, names it and says what to do", async () => {
    const { id, at } = await anyDecision(false);
    const mend = await withdraw(creditdb, "credit_scores", `application_id = '${id}'`);
    const printed = await scoreline(home, "reconcile", "--examples", "1");
    await mend();
    expect(printed.code).toBe(1);
    expect(printed.stdout).toMatch(/^Reconciled at .*: 3 differences$/m);
    expect(printed.stdout).toContain(
      `    ${at} has no outcome: neither scored nor duplicate nor failed\n    Send a record`,
    );
  });

  test("records what came out for metrics", async () => {
    const runs = await creditdb<{ run_id: string; targets: number; differences: number; statuses: string[] }[]>`
      select run_id, count(*)::integer as targets, sum(rows)::integer as differences,
        array_agg(distinct status) as statuses
      from metadata_table where job = 'reconcile' group by run_id order by min(started_at)`;
    const { checks } = await reconcile(env);
    const good = { targets: checks.length, statuses: ["succeeded"] };
    expect(runs[0]).toMatchObject({ ...good, differences: 0 });
    expect(runs.at(-1)).toMatchObject({ ...good, differences: 3 });
  });

  type Fault = { break: () => Promise<() => Promise<void>>; named: () => Promise<string[]> };
  const outcomes = "credit_applications: offsets below next_offset = outcomes in PostgreSQL";
  const alerts = "rows of suspected fraud = alerts in MongoDB";
  const facts = "raw.credit_scores = marts.fact_loan_application, as built";
  const copied = "creditdb.credit_scores = raw.credit_scores, as loaded";
  const fits = "partitions in stream_offsets = partitions of Kafka that fit";
  const decision = () => anyDecision(false);
  const fraud = () => anyDecision(true);
  /** An application whose fact no reason refers to. */
  const approved = async () => {
    const [row] = await creditdb<{ id: string }[]>`
      select application_id as id from credit_scores where reasons = '{}' order by partition, record_offset limit 1`;
    return row?.id;
  };
  const faults: Record<string, Fault> = {
    "a row that was deleted in PostgreSQL": {
      break: async () => withdraw(creditdb, "credit_scores", `application_id = '${(await decision()).id}'`),
      named: async () => {
        const { id, at } = await decision();
        return [
          `${outcomes}: ${at} has no outcome: neither scored nor duplicate nor failed`,
          `projected decisions = messages of credit_decisions: ${at} has a message and no row`,
          `${copied}: ${at} (application id ${id}) is in raw.credit_scores and not in creditdb`,
        ];
      },
    },
    "a record with two outcomes": {
      break: async () => {
        const { partition, offset } = await decision();
        const place = `'${topic}', ${partition}, ${offset}`;
        return alter(
          creditdb,
          `insert into data_quality_issues values (${place}, 0, 'duplicate_application_id', 'x', '', 'twice', 'scorer', 0)`,
          "delete from data_quality_issues where failed_record_id = 'x'",
        );
      },
      named: async () => [
        `${outcomes}: ${(await decision()).at} is both scored and duplicate`,
        `creditdb.data_quality_issues = raw.data_quality_issues, as loaded: ${(await decision()).at} (issue number 0) is not in raw.data_quality_issues`,
      ],
    },
    "a row beyond what is settled": {
      break: () =>
        alter(
          creditdb,
          `insert into failed_records values ('${topic}', 0, 999999, 0, null, null)`,
          "delete from failed_records where record_offset = 999999",
        ),
      named: async () => [
        `rows outside of the settled offsets = none: ${topic}/0/999999 row of failed_records at an offset not settled`,
      ],
    },
    "a topic that is another one than was recorded": {
      break: async () => {
        const [{ topic_id = "" } = {}] =
          await creditdb`select topic_id from stream_offsets where topic = ${topic} limit 1`;
        const set = (id: string) =>
          `update stream_offsets set topic_id = '${id}' where topic = '${topic}' and partition = 2`;
        return alter(creditdb, set("another"), set(topic_id));
      },
      named: async () => [
        expect.stringMatching(`^${fits}: ${topic}/2 the topic's id is .*, recorded is another$`),
        ...["credit_scores", "data_quality_issues", "fraud_alerts", "processed_transactions"].map((table) =>
          expect.stringMatching(`: ${topic}/2 of raw.${table} is of the topic .*, now another$`),
        ),
      ],
    },
    "an alert that was deleted in MongoDB": {
      break: async () => {
        const alert = await alertsOf(db).findOneAndDelete({ _id: (await fraud()).id });
        return async () => void (alert && (await alertsOf(db).insertOne(alert)));
      },
      named: async () => {
        const { id, at } = await fraud();
        return [`${alerts}: ${id} has no alert; scored at ${at}`];
      },
    },
    "alerts too many, one of which no partition's chunk holds": {
      break: async () => {
        const [alert] = await alertsOf(db).find().limit(1).toArray();
        if (!alert) throw new Error("no alert");
        await alertsOf(db).insertOne({ ...alert, _id: "forged" });
        await alertsOf(db).insertOne({ ...alert, _id: "stray", chunk: "nowhere/0/0" });
        return async () => void (await alertsOf(db).deleteMany({ _id: { $in: ["forged", "stray"] } }));
      },
      named: async () => [
        expect.stringMatching(`^${alerts}: forged has an alert \\(at ${topic}/.*\\) and no row of suspected fraud$`),
        `${alerts}: stray is an alert that no partition's chunk holds`,
      ],
    },
    "a row that is missing in the warehouse": {
      break: async () => withdraw(warehouse, "raw.credit_scores", `application_id = '${(await decision()).id}'`),
      named: async () => {
        const { id, at } = await decision();
        return [
          `${copied}: ${at} (application id ${id}) is not in raw.credit_scores`,
          `${facts}: ${id} has a fact and no row in raw.credit_scores`,
        ];
      },
    },
    "a row that differs in the warehouse": {
      break: async () => {
        const set = (change: string) => `update raw.credit_scores set loan_amount = loan_amount ${change}`;
        const where = ` where application_id = '${(await decision()).id}'`;
        return alter(warehouse, set("+ 0.01") + where, set("- 0.01") + where);
      },
      named: async () => {
        const { id, at } = await decision();
        return [
          `${copied}: ${at} (application id ${id}) differs in raw.credit_scores`,
          `${facts}: ${id} has a fact that differs`,
        ];
      },
    },
    "an alert that was not loaded": {
      break: async () => withdraw(warehouse, "raw.fraud_alerts", `application_id = '${(await fraud()).id}'`),
      named: async () => {
        const { id } = await fraud();
        return [
          `raw rows of suspected fraud = raw.fraud_alerts: ${id} has no row in raw.fraud_alerts`,
          `${facts}: ${id} has a fact that differs`,
        ];
      },
    },
    "a fact that is missing": {
      break: async () => withdraw(warehouse, "marts.fact_loan_application", `application_id = '${await approved()}'`),
      named: async () => [`${facts}: ${await approved()} has no fact`],
    },
    "a warehouse that is ahead of creditdb": {
      break: async () => {
        const set = (change: string) => `update raw.load_offsets set loaded_offset = loaded_offset ${change}
          where source_table = 'credit_scores' and topic = '${topic}' and partition = 1`;
        return alter(warehouse, set("+ 5"), set("- 5"));
      },
      named: async () => [
        expect.stringMatching(`${topic}/1 of raw.credit_scores is loaded up to \\d+ and projected up to \\d+$`),
      ],
    },
  };

  test.each(Object.entries(faults))("names %s, and nothing else", async (_, fault) => {
    const named = await fault.named();
    const mend = await fault.break();
    const result = await reconcile(env).finally(mend);
    expect(differing(result)).toEqual(named);
    expect(result.differences).toBe(named.length);
  });

  test("once all that is mended, the stores agree again", async () => {
    expect(differing(await reconcile(env))).toEqual([]);
  });

  test("finds no difference in a stream that moves, through scorers that join and die and loads of the warehouse", async () => {
    const end = records + 30_000;
    const scorers = [startScorer(env)];
    await expect.poll(() => progressOf(creditdb, "next_offset"), { timeout: 60_000 }).toBe(records);
    const produced = produceApplications(env.KAFKA_BROKERS, records, end);
    const lags: number[] = [];
    const loads: Promise<{ code: number }>[] = [];
    while ((await progressOf(creditdb, "projected_offset")) < end) {
      const result = await reconcile(env);
      expect(differing(result)).toEqual([]);
      const { unsettled, unprojected, unloaded } = result.lag;
      lags.push(unsettled + unprojected + unloaded);
      if (lags.length === 1) scorers.push(startScorer(env));
      if (lags.length === 2) loads.push(scoreline(home, "warehouse", "--no-dbt"));
      if (lags.length === 3 && scorers[0]) await endScorer(scorers[0], "SIGKILL");
    }
    await produced;
    expect((await Promise.all(loads)).map(({ code }) => code)).toEqual(loads.map(() => 0));
    expect(lags.filter((lag) => lag > 0).length).toBeGreaterThan(2);
    expect(differing(await reconcile(env))).toEqual([]);
    if (scorers[1]) expect(await endScorer(scorers[1], "SIGTERM")).toBe(0);
  });

  test("names a decision, a dead letter and an alert that were never sent; projecting again mends it", async () => {
    const producer = createProducer({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-test" });
    await producer.ready();
    const sent = await Promise.all(
      ["{", "{}"].map((text) => producer.send({ topic, key: "7", value: Buffer.from(text) })),
    );
    await producer.close();
    const [partition, first] = [sent[0]?.partition ?? 0, BigInt(Math.min(...sent.map(({ offset }) => Number(offset))))];
    const [{ topic_id = "" } = {}] = await creditdb`select topic_id from stream_offsets where topic = ${topic} limit 1`;
    const held = await takePartition(creditdb, { topic, partition, topicId: topic_id, firstOffset: 0n });
    const score = recorded(first, { application_id: "unsent" });
    score.decision = { ...score.decision, isFraud: true, fraudRules: ["r"], fraudReason: "r" };
    const failures = [{ pointer: "", check: "invalid_json", detail: "not JSON" }] as const;
    const letter = {
      stage: "scorer",
      recordId: "r",
      failures: [...failures],
      kept: {
        ...{ key: null, value: Buffer.from("{}"), headers: [] },
        ...{ attempt: 1, firstFailedAtMs: 0, scorerVersion: undefined },
      },
    } as const;
    await commitSettlement(creditdb, held, {
      next: first + 2n,
      maxTMs: Date.now(),
      scored: [score],
      faulty: [{ offset: first + 1n, tMs: Date.now(), ...letter, failures: [...failures] }],
    });
    await recordProjected(creditdb, held, first + 2n);
    const place = `${topic}/${partition}`;
    const result = await reconcile(env);
    expect(differing(result)).toEqual([
      `${alerts}: unsent has no alert; scored at ${place}/${first}`,
      `projected decisions = messages of credit_decisions: ${place}/${first} has no message`,
      `projected bad records = letters of dead_letters: ${place}/${first + 1n} has no message`,
    ]);

    await creditdb`update stream_offsets set projected_offset = ${first} where topic = ${topic} and partition = ${partition}`;
    await settle(records + 30_002);
    expect(differing(await reconcile(env))).toEqual([]);
  });

  test("takes a repeated message for what it is, and names one that is about no decision", async () => {
    const { id, at } = await decision();
    const [{ place = "" } = {}] = await creditdb`
      select concat_ws('/', topic, partition, record_offset) as place from data_quality_issues
      where topic = ${topic} order by 1 limit 1`;
    const before = await reconcile(env);
    const noted = (result: Reconciliation) =>
      result.checks.find(({ compared }) => compared === "projected decisions = messages of credit_decisions");
    expect(noted(before)).toMatchObject({ differences: 0 });
    // Scorers that ended before they had noted what they projected have left some already.
    const repeats = repeatsIn(noted(before)?.notes ?? []);
    const producer = createProducer({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-test" });
    await producer.ready();
    const event = (decisionId: string): Partial<DecisionEvent> => ({ decision_id: decisionId, application_id: id });
    const send = (value: string) =>
      producer.send({ topic: topics.creditDecisions.name, key: id, value: Buffer.from(value) });
    await send(JSON.stringify(event(at)));
    const after = noted(await reconcile(env));
    expect(after).toMatchObject({ differences: 0 });
    expect(repeatsIn(after?.notes ?? [])).toBe(repeats + 1);
    const { partition, offset } = await send("{");
    await send(JSON.stringify(event(place)));
    await producer.close();
    expect(noted(await reconcile(env))).toMatchObject({
      differences: 2,
      examples: [
        { at: place, what: "has a message and no row" },
        { at: `${topics.creditDecisions.name}/${partition}/${offset}`, what: "is about nothing, which is no record" },
      ],
    });
  });

  test("takes a message that retention removed for gone, and a lost one of a later time for lost", async () => {
    const named = "projected decisions = messages of credit_decisions";
    const noted = ({ checks }: Reconciliation) => checks.find(({ compared }) => compared === named);
    const before = noted(await reconcile(env));
    await deleteRecords(env.KAFKA_BROKERS, topics.creditDecisions.name, 0, 100);
    const gone = noted(await reconcile(env));
    expect(gone).toMatchObject({ differences: before?.differences });
    expect(gone?.notes.join()).toMatch(/[\d,]+ rows are older than what the topic holds, not compared/);
    // Had those rows been committed a while after the first message that is left, theirs would be lost.
    await creditdb`update credit_scores set scored_at = scored_at + interval '1 hour'`;
    const lost = noted(await reconcile(env));
    await creditdb`update credit_scores set scored_at = scored_at - interval '1 hour'`;
    expect(lost?.differences).toBeGreaterThan((before?.differences ?? 0) + 50);
  });
});
