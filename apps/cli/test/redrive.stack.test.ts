import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { topics, writeDeadLetter } from "@scoreline/contracts";
import { partitionForKey, recordBytesMax } from "@scoreline/kafka";
import type { StackEnv } from "@scoreline/stack";
import { connectMongo } from "@scoreline/stores/mongo";
import type { Database } from "@scoreline/stores/postgres";
import { beforeAll, describe, expect, test } from "vitest";
import { reconcile } from "../src/reconcile/reconcile.ts";
import { application, contentOf, headerOf, lettersOf, putBackOf, record } from "./support/deadLetters.ts";
import { runProgram } from "./support/program.ts";
import { redriveStack, type Summary } from "./support/redriving.ts";
import { readTopic } from "./support/topic.ts";
import { compareUndisturbed } from "./support/undisturbed.ts";

const { home, stores, sent, redriven, fromNowOn } = redriveStack();
let env: StackEnv;
let sql: Database;
beforeAll(() => {
  ({ env, sql } = stores());
});

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
    await sql`select pg_sleep(2.1)`;
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
    const until = ["--until", new Date().toISOString()];
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
    expect(await select("--since", new Date().toISOString())).toEqual([]);
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
