import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { topics, writeDeadLetter } from "@scoreline/contracts";
import { DeliveryFailed, type Producer, partitionForKey, recordBytesMax } from "@scoreline/kafka";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { down, repositoryRoot, type StackEnv, up } from "@scoreline/stack";
import { connectMongo } from "@scoreline/stores/mongo";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settledCounts } from "../src/counts.ts";
import { initialise } from "../src/init.ts";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import { reconcile } from "../src/reconcile/reconcile.ts";
import { redrive } from "../src/redrive/redrive.ts";
import { withTopicReader } from "../src/redrive/topicReader.ts";
import { nodeArguments } from "../src/services.ts";
import { application, contentOf, headerOf, lettersOf, produce, putBackOf, record } from "./support/deadLetters.ts";
import { temporaryHome } from "./support/homes.ts";
import { runProgram } from "./support/program.ts";
import { readTopic } from "./support/topic.ts";
import { compareUndisturbed } from "./support/undisturbed.ts";

const home = temporaryHome("redrive");
const velocityFile = join(dirname(defaultPolicyFile), "velocity.yaml");
let env: StackEnv;
let sql: Database;
let scorer: ChildProcess;

beforeAll(async () => {
  env = await up(home);
  await initialise(env, { policyFile: velocityFile });
  sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
  const { KAFKA_BROKERS, CREDITDB_URL, MONGO_URL } = env;
  scorer = spawn(process.execPath, nodeArguments("scorer"), {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      KAFKA_BROKERS,
      CREDITDB_URL,
      MONGO_URL,
      SCORER_METRICS_PORT: "0",
      SCORELINE_COMMIT: "abc1234",
    },
    stdio: "ignore",
  });
});

afterAll(async () => {
  scorer?.kill("SIGKILL");
  await sql?.end({ timeout: 1 });
  await down(home);
  rmSync(home.dir, { recursive: true, force: true });
});

const settled = () => settledCounts(env, 30_000);

/** Appends records and waits until they are decided and projected. */
async function sent(...records: ReturnType<typeof record>[]) {
  const placed = await produce(env.KAFKA_BROKERS, records);
  await settled();
  return placed;
}

type Summary = {
  selected: number;
  put_back: number;
  put_back_before: number;
  unreadable: number;
  refused: string[];
  unfinished: string[];
  missing: string[];
  groups: { source_topic: string; reason: string; count: number }[];
  examples: string[];
};

/** Runs `scoreline redrive --json`, and waits until what it put back is decided and projected. */
async function redriven(...args: string[]): Promise<Summary> {
  const { error, stdout } = await runProgram(env, "redrive", "--json", ...args);
  if (error !== undefined) throw new Error(error);
  await settled();
  return JSON.parse(stdout) as Summary;
}

const now = () => new Date().toISOString();
/** A moment that parts what was written before from what comes after, by the broker's clock as well: it is this machine's. */
async function fromNowOn(): Promise<string[]> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return ["--since", now()];
}

const garbage = Buffer.from([0x00, 0xff, 0xfe, 0x7b, 0x00, 0xc3, 0x28, 0x0a]);
const garbageKey = Buffer.from([0x00, 0xff, 0x61]);
const headers: [string, Buffer][] = [
  ["traceparent", Buffer.from("00-ab")],
  ["twice", garbage],
  ["twice", Buffer.alloc(0)],
];

describe("a record that is still bad", () => {
  let since: string[];
  let id: string;

  test("is a dead letter with its bytes, key and headers, and what is wrong with it", async () => {
    since = await fromNowOn();
    const [place] = await sent(record(garbage, { key: garbageKey, headers }));
    id = `credit_applications/${place?.partition}/${place?.offset}`;
    const [letter] = await lettersOf(env.KAFKA_BROKERS, garbageKey.toString("latin1"));
    expect(letter && contentOf(letter)).toEqual({ key: garbageKey, value: garbage, headers });
    const names = ["id", "attempt", "stage", "reason", "checks", "sourceTopic", "scorerVersion"] as const;
    expect(letter && names.map((name) => headerOf(letter, name))).toEqual([
      ...[id, "1", "scorer", "invalid_json", "invalid_json", "credit_applications", "0.1.0+abc1234"],
    ]);
  });

  test("is told by a dry run, which writes nothing", async () => {
    const before = await readTopic(env.KAFKA_BROKERS, topics.creditApplications.name);
    const { stdout } = await runProgram(env, "redrive", "--dry-run", ...since);
    expect(stdout).toBe(`Would put back 1 dead letter.\n  invalid_json (credit_applications)  1\n  such as ${id}`);
    expect(await readTopic(env.KAFKA_BROKERS, topics.creditApplications.name)).toHaveLength(before.length);
    expect([...(await sql`select from redrives`)]).toEqual([]);
  });

  test("goes back as it came on its partition, as the next attempt, and fails again with the time it failed first", async () => {
    const [first] = await lettersOf(env.KAFKA_BROKERS, garbageKey.toString("latin1"));
    expect(await redriven(...since)).toMatchObject({ selected: 1, put_back: 1, put_back_before: 0 });
    const [back, ...others] = await putBackOf(env.KAFKA_BROKERS, [id]);
    if (!first || !back) throw new Error("nothing was put back");
    expect(others).toEqual([]);
    expect(contentOf(back)).toEqual({ key: garbageKey, value: garbage, headers });
    const firstFailedAt = headerOf(first, "firstFailedAt");
    expect(Date.parse(firstFailedAt ?? "")).toBeLessThan(back.timestampMs);
    expect([`${back.partition}`, headerOf(back, "attempt"), headerOf(back, "firstFailedAt")]).toEqual([
      ...[headerOf(first, "sourcePartition"), "2", firstFailedAt],
    ]);
    const again = (await lettersOf(env.KAFKA_BROKERS, garbageKey.toString("latin1"))).at(-1);
    if (!again) throw new Error("no letter");
    expect(contentOf(again)).toEqual({ key: garbageKey, value: garbage, headers });
    expect((["id", "attempt", "firstFailedAt"] as const).map((name) => headerOf(again, name))).toEqual([
      `credit_applications/${back.partition}/${back.offset}`,
      "2",
      firstFailedAt,
    ]);
    const rows = await sql`
      select attempt, to_timestamp(first_t_ms / 1000.0) as first, t_ms::float8 from failed_records
      where partition = ${back.partition} and record_offset = ${back.offset}`;
    expect([...rows]).toEqual([{ attempt: 2, first: new Date(firstFailedAt ?? ""), t_ms: back.timestampMs }]);
  });

  test("is put back once: the second letter is another matter, which a bound of attempts leaves out", async () => {
    expect(await redriven(...since, "--attempts-max", "1")).toMatchObject({ selected: 0, put_back_before: 1 });
    expect(await redriven(...since, "--dry-run")).toMatchObject({ selected: 1, put_back_before: 1 });
    expect(await putBackOf(env.KAFKA_BROKERS, [id])).toHaveLength(1);
  });
});

describe("a record that is mended", () => {
  test("by time alone is scored at its new place and time, and its first time is kept", async () => {
    const since = await fromNowOn();
    // Five minutes ahead are forgiven; two seconds later this one is no further ahead than that.
    const early = application("early", { user_id: "e", timestamp: (Date.now() + 302_000) / 1000 });
    const good = (name: string) => record(application(name, { user_id: "e" }), { key: "e" });
    const [, bad] = await sent(good("before"), record(early, { key: "e" }), good("between"));
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await redriven(...since, "--reason", "invalid_timestamp")).toMatchObject({ put_back: 1 });
    await sent(good("after"));
    const [back] = await putBackOf(env.KAFKA_BROKERS, [`credit_applications/${bad?.partition}/${bad?.offset}`]);
    const [row] = await sql`
      select score.record_offset, score.t_ms::float8, redrive.first_failed_at, redrive.attempt, redrive.mended
      from credit_scores as score inner join redrives as redrive using (topic, partition, record_offset)
      where application_id = 'early'`;
    expect(row).toEqual({
      record_offset: back?.offset,
      t_ms: back?.timestampMs,
      first_failed_at: new Date(back ? (headerOf(back, "firstFailedAt") ?? "") : ""),
      attempt: 2,
      mended: false,
    });
    expect(row?.first_failed_at.getTime()).toBeLessThan((back?.timestampMs ?? 0) - 2_000);
    const windows = await sql`
      select application_id, (features->>'applications_1h')::int as seen from credit_scores
      where user_id = 'e' order by record_offset`;
    expect(windows.map(({ application_id, seen }) => `${application_id} ${seen}`)).toEqual([
      ...["before 1", "between 2", "early 3", "after 4"],
    ]);
  });

  test("by hand goes back from the file of an export, once, and text and bytes that were not edited stay as they were", async () => {
    const since = await fromNowOn();
    const file = join(home.dir, "letters.ndjson");
    const bom = Buffer.from("\ufeff{");
    await sent(
      record(application("mend-1", { user_id: "m", credit_score: 200 }), { key: "m" }),
      record(garbage, { key: "m" }),
      record(bom, { key: "m" }),
      record(application("mend-2", { user_id: "" }), { key: null, partition: 2 }),
    );
    expect(await redriven(...since, "--export", file)).toMatchObject({ selected: 4, put_back: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await runProgram(env, "redrive", "--export", file)).error).toMatch(/EEXIST/);
    const lines = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const mended = lines.map((line) => {
      const value = line.value
        ?.replace('"credit_score":200', '"credit_score":710')
        .replace('"user_id":""', '"user_id":"k"');
      return { ...line, value, ...(line.key === null && { key: "k" }) };
    });
    const unknown = { dead_letter_id: "credit_applications/0/999999", value: "{}" };
    writeFileSync(file, [...mended, unknown].map((line) => JSON.stringify(line)).join("\n"));
    expect(await redriven("--import", file)).toMatchObject({ put_back: 4, missing: [unknown.dead_letter_id] });
    expect(await redriven("--import", file)).toMatchObject({ put_back: 0, put_back_before: 4 });
    const scored = await sql`
      select application_id, credit_score, mended from credit_scores
      inner join redrives using (topic, partition, record_offset)
      where application_id like 'mend-%' order by application_id`;
    expect(scored.map((row) => ({ ...row }))).toEqual([
      { application_id: "mend-1", credit_score: 710, mended: true },
      { application_id: "mend-2", credit_score: 700, mended: true },
    ]);
    const back = await putBackOf(
      env.KAFKA_BROKERS,
      lines.map((line) => line.dead_letter_id),
    );
    const values = back.map(({ value }) => value?.toString("hex"));
    expect(values).toEqual(expect.arrayContaining([garbage.toString("hex"), bom.toString("hex")]));
    // A key that was mended decides the partition, as for any record.
    const { partitions } = topics.creditApplications;
    expect(back.find(({ key }) => String(key) === "k")?.partition).toBe(partitionForKey("k", partitions));
  });
});

describe("what is selected", () => {
  test("by reason, check, stage, topic and time", async () => {
    const since = await fromNowOn();
    const ingests = {
      ...{ stage: "ingest" as const, sourceTopic: topics.creditApplications.name, source: undefined, attempt: 1 },
      ...{ firstFailedAtMs: Date.now(), scorerVersion: undefined, bytesOmitted: false },
      failures: [{ pointer: "/credit_score", check: "invalid_credit_score", detail: "credit_score is 1." }],
    };
    const dead = { topic: topics.deadLetters.name };
    await sent(
      record(application("f-1", { credit_score: 1 })),
      record(application("f-2", { user_id: "", loan_amount: -1 })),
      record(Buffer.from("{")),
      record(application("f-3", { credit_score: 1 }), {
        ...dead,
        headers: writeDeadLetter({ ...ingests, id: "in-1" }),
      }),
      record("a stranger's", dead),
      record("into itself", {
        ...dead,
        headers: writeDeadLetter({ ...ingests, id: "in-2", sourceTopic: "dead_letters" }),
      }),
    );
    const until = ["--until", now()];
    const select = async (...args: string[]) => (await redriven("--dry-run", ...args)).groups;
    const [json, score, user] = ["invalid_json", "invalid_credit_score", "invalid_user_id"].map((reason) => ({
      ...{ source_topic: "credit_applications", reason, count: 1 },
    }));
    const sorted = (groups: Summary["groups"]) => groups.toSorted((a, b) => (a.reason < b.reason ? -1 : 1));
    expect(sorted(await select(...since, ...until))).toEqual([score, json, user]);
    expect(await select(...since, "--reason", "invalid_loan_amount")).toEqual([]);
    expect(await select(...since, "--check", "invalid_loan_amount")).toEqual([user]);
    expect(sorted(await select(...since, "--reason", "invalid_json", "--reason", "invalid_credit_score"))).toEqual([
      ...[score, json],
    ]);
    expect(await select(...since, "--stage", "ingest")).toEqual([score]);
    expect(await select(...since, "--stage", "any", "--reason", "invalid_credit_score")).toEqual([
      { ...score, count: 2 },
    ]);
    expect(await select(...since, "--topic", "transactions")).toEqual([]);
    expect(await select("--since", now())).toEqual([]);
    expect((await redriven("--dry-run", ...since)).unreadable).toBe(2);

    expect(await redriven(...since, "--stage", "ingest")).toMatchObject({ put_back: 1 });
    const [back] = await putBackOf(env.KAFKA_BROKERS, ["in-1"]);
    expect([String(back?.key), String(back?.value)]).toEqual([
      "u",
      JSON.stringify(application("f-3", { credit_score: 1 })),
    ]);
    const again = (await lettersOf(env.KAFKA_BROKERS, "u")).find((letter) => headerOf(letter, "attempt") === "2");
    expect(again && headerOf(again, "firstFailedAt")).toBe(new Date(ingests.firstFailedAtMs).toISOString());
  });

  test.each([
    [["--reason", "no_such_check"], /Send a check such as/],
    [["--stage", "nobody"], /Allowed choices are scorer, ingest, any/],
    [["--topic", "dead_letters"], /Allowed choices are credit_applications, transactions/],
    [["--rate", "0"], /Send a whole number/],
    [["--since", "yesterday"], /Send ISO 8601/],
  ])("is refused for %s", async (args, message) => {
    expect((await runProgram(env, "redrive", "--dry-run", ...args)).error).toMatch(message);
  });
});

test("a record as large as the broker takes comes back from the table, or is told as too large", async () => {
  const since = await fromNowOn();
  const [large, larger] = [Buffer.alloc(recordBytesMax - 400, "x"), Buffer.alloc(recordBytesMax - 100, "y")];
  const [place] = await sent(record(large, { key: null, partition: 4 }), record(larger, { key: "large" }));
  const summary = await redriven(...since);
  expect(summary).toMatchObject({
    selected: 2,
    put_back: 1,
    refused: [expect.stringContaining("credit_applications/")],
  });
  const [back] = await putBackOf(env.KAFKA_BROKERS, [`credit_applications/${place?.partition}/${place?.offset}`]);
  expect([back?.key, back?.partition, back?.value?.equals(large)]).toEqual([null, 4, true]);
  expect(await redriven(...since, "--attempts-max", "1")).toMatchObject({
    put_back_before: 1,
    refused: summary.refused,
  });
});

describe("each letter is put back once", () => {
  const bad = (count: number) =>
    Array.from({ length: count }, (_, i) => record(Buffer.from(`{${i}`), { key: `k${i % 7}` }));

  /** How often each of the letters that were written since then was put back. */
  async function timesPutBack(since: string[]) {
    const letters = await readTopic(env.KAFKA_BROKERS, topics.deadLetters.name);
    const of = letters.filter(({ timestampMs }) => timestampMs >= Date.parse(since[1] ?? ""));
    const ids = of.filter((letter) => headerOf(letter, "attempt") === "1").map((letter) => headerOf(letter, "id"));
    const back = (await putBackOf(env.KAFKA_BROKERS, ids)).map((each) => headerOf(each, "id"));
    return ids.map((id) => back.filter((each) => each === id).length);
  }

  function newProducer(): Producer {
    const real = createProducer({ brokers: env.KAFKA_BROKERS, clientId: "scoreline-test" });
    return {
      send: (each) => real.send(each),
      sendAll: (all) => real.sendAll(all),
      ready: () => real.ready(),
      close: () => real.close(),
    };
  }

  function redriveBy(producer: Producer, since: string[]) {
    const selection = {
      ...{ stage: "scorer" as const, reasons: [], checks: [], sourceTopic: undefined, untilMs: undefined },
      ...{ sinceMs: Date.parse(since[1] ?? ""), attemptMax: 1 },
    };
    return withTopicReader(env.KAFKA_BROKERS, (reader) => redrive({ sql, reader, producer }, { selection }, undefined));
  }

  test("though the command is killed while it works, at its bounded rate", async () => {
    const since = await fromNowOn();
    await sent(...bad(120));
    const args = [...nodeArguments("cli"), "redrive", ...since, "--attempts-max", "1", "--rate", "40"];
    const recorded = async () => (await sql`select from redrives where claimed_at >= ${since[1] ?? ""}`).length;
    for (const target of [5, 30, 60]) {
      const command = spawn(process.execPath, args, {
        cwd: repositoryRoot,
        env: { ...process.env, SCORELINE_HOME: home.dir },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => command.once("close", resolve));
      await expect.poll(recorded, { timeout: 30_000, interval: 5 }).toBeGreaterThanOrEqual(target);
      command.kill("SIGKILL");
      await ended;
    }
    expect(await recorded()).toBeLessThan(120);
    const startMs = performance.now();
    const { put_back, put_back_before } = await redriven(...since, "--attempts-max", "1", "--rate", "40");
    expect(performance.now() - startMs).toBeGreaterThan(((put_back - 4) * 1_000) / 40);
    expect(put_back + put_back_before).toBe(120);
    expect(await timesPutBack(since)).toEqual(Array(120).fill(1));
  });

  test("though answers are lost, some before the broker had the record and some after", async () => {
    const since = await fromNowOn();
    await sent(...bad(40));
    let sends = 0;
    const { send, ...rest } = newProducer();
    const losing: Producer = {
      ...rest,
      send: async (each) => {
        sends += 1;
        if (sends % 3 === 0) throw new DeliveryFailed("away", { retryable: true });
        const placed = await send(each);
        if (sends % 3 === 1) throw new DeliveryFailed("the answer was lost", { retryable: true });
        return placed;
      },
    };
    const attempt = redriveBy(losing, since);
    await expect(attempt).rejects.toThrow(/did not acknowledge \d+ records. Run the same command again/);
    await losing.close();
    await settled();
    const again = await redriven(...since, "--attempts-max", "1");
    expect(again.put_back).toBeGreaterThan(0);
    expect(again.put_back + again.put_back_before).toBe(40);
    expect(await timesPutBack(since)).toEqual(Array(40).fill(1));
  });

  test("and no two commands put back at once", async () => {
    const since = await fromNowOn();
    await sent(...bad(20));
    let begun = () => {};
    const sending = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { send, ...rest } = newProducer();
    const slow: Producer = {
      ...rest,
      send: async (each) => {
        begun();
        await sql`select pg_sleep(0.5)`;
        return send(each);
      },
    };
    const first = redriveBy(slow, since);
    await sending;
    expect((await runProgram(env, "redrive", ...since)).error).toBe(
      "Another redrive is under way; try again when it is over.",
    );
    expect(await first).toMatchObject({ putBack: 20 });
    await slow.close();
    await settled();
    expect(await timesPutBack(since)).toEqual(Array(20).fill(1));
  });
});

test("an earlier claim of which the topic no longer tells is left alone, and told", async () => {
  await sql`
    insert into redrives (dead_letter_id, attempt, first_failed_at, topic, partition, from_offset, mended)
    values ('credit_applications/0/999999999', 2, now(), 'credit_applications', 0, 1000000, false)`;
  const nothing = ["--until", "2020-01-01T00:00:00Z"];
  expect((await runProgram(env, "redrive", ...nothing)).exitCode).toBe(1);
  expect(await redriven(...nothing)).toMatchObject({ unfinished: ["credit_applications/0/999999999"] });
  await sql`delete from redrives where dead_letter_id = 'credit_applications/0/999999999'`;
});

test("every decision is the one that an undisturbed scorer makes, what was put back included", async () => {
  const { client, db } = connectMongo(env.MONGO_URL, { app: "test" });
  const { differences, decisions } = await compareUndisturbed(sql, db);
  await client.close();
  expect(differences).toEqual([]);
  expect(Object.values(decisions)[0]).toBeGreaterThanOrEqual(6);
  const [settledOnce] = await sql`
    select count(*)::int as records, count(distinct (topic, partition, record_offset))::int as places from (
      select topic, partition, record_offset from credit_scores
      union all select distinct topic, partition, record_offset from data_quality_issues) as settled`;
  expect(settledOnce?.records).toBe(settledOnce?.places);
});

test("reconcile finds no difference", async () => {
  const { differences, checks } = await reconcile(env);
  expect([differences, checks.filter((check) => check.differences > 0)]).toEqual([0, []]);
});
