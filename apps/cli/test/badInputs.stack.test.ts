import { rmSync } from "node:fs";
import { deadLetterHeaders, topics } from "@scoreline/contracts";
import { partitionForKey } from "@scoreline/kafka";
import type { ConsumedRecord } from "@scoreline/kafka/librdkafka";
import { down, type StackEnv, up } from "@scoreline/stack";
import { connectPostgres, type Database } from "@scoreline/stores/postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { initialise } from "../src/init.ts";
import { type BadInput, badInputs, type End } from "./support/badInputs.ts";
import { temporaryHome } from "./support/homes.ts";
import { sendRaw } from "./support/rawRecords.ts";
import { progressOf } from "./support/scorer.ts";
import { readTopic } from "./support/topic.ts";
import { WatchedScorer } from "./support/watchedScorer.ts";

const { name: topic, partitions } = topics.creditApplications;
const partition = 0;
/** A letter as large as the broker takes has no room for its headers; its bytes stay in `failed_records`. */
const letterBytesMax = 990_000;
/** What the process may hold at most after all this; it stands at some 150 MiB before. */
const peakMibMax = 512;

const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
const own = users.find((user) => partitionForKey(user, partitions) === partition) ?? "";
const other = users.find((user) => partitionForKey(user, partitions) !== partition) ?? "";
const inputs = badInputs({ own, other });

/** A good application that stands before each bad record, and one behind the last. */
const neighbour = (index: number): BadInput => {
  const value = { application_id: `good-${index}`, user_id: own, credit_score: 700, loan_amount: 1, timestamp: 1 };
  return { name: `good-${index}`, value: Buffer.from(JSON.stringify(value)), end: "scored" };
};
const sent = [...inputs.flatMap((input, index) => [neighbour(index), input]), neighbour(inputs.length)];

type Stored = { scored: Set<number>; checks: Map<number, string[]>; kept: Map<number, [Buffer | null, Buffer | null]> };

/** Whether two are the same bytes; a matcher would take a minute over the large ones. */
const areSame = (a: Buffer | null, b: Buffer | null) => (a === null || b === null ? a === b : a.equals(b));

async function readStored(sql: Database): Promise<Stored> {
  const scores = await sql<{ at: number }[]>`select record_offset::int as at from credit_scores`;
  const issues = await sql<{ at: number; check: string }[]>`
    select record_offset::int as at, check_type as check from data_quality_issues
    where topic = ${topic} order by record_offset, issue_number`;
  const failed = await sql<{ at: number; key: Buffer | null; value: Buffer | null }[]>`
    select record_offset::int as at, record_key as key, record_value as value from failed_records where topic = ${topic}`;
  const checks = new Map<number, string[]>();
  for (const { at, check } of issues) checks.set(at, [...(checks.get(at) ?? []), check]);
  return {
    scored: new Set(scores.map(({ at }) => at)),
    checks,
    kept: new Map(failed.map(({ at, key, value }) => [at, [key, value]])),
  };
}

describe("whatever a stranger puts on the topic", { timeout: 120_000 }, () => {
  const home = temporaryHome("bad-inputs");
  let sql: Database;
  let scorer: WatchedScorer;
  let stored: Stored;
  let letters: Map<number, ConsumedRecord>;
  let places: (number | string)[];
  /** Each row of the table with the offset that its record has; a record that the broker refused has none. */
  let rows: (BadInput & { at: number })[];

  beforeAll(async () => {
    const env: StackEnv = await up(home);
    await initialise(env);
    sql = connectPostgres(env.CREDITDB_URL, { app: "test" });
    scorer = new WatchedScorer(env);
    places = await sendRaw(
      env.KAFKA_BROKERS,
      sent.map(({ key, ...record }) => ({ ...record, key: key === undefined ? Buffer.from(own) : key, partition })),
    );
    rows = sent.flatMap((input, index) => (typeof places[index] === "number" ? [{ ...input, at: places[index] }] : []));
    await vi.waitUntil(async () => (await progressOf(sql, "projected_offset")) === rows.length, { timeout: 60_000 });
    stored = await readStored(sql);
    const ofScorer = (await readTopic(env.KAFKA_BROKERS, topics.deadLetters.name)).map(
      (letter): [number, ConsumedRecord] => {
        const id = letter.headers.find(([name]) => name === deadLetterHeaders.id)?.[1].toString() ?? "";
        return [Number(id.replace(`${topic}/${partition}/`, "")), letter];
      },
    );
    letters = new Map(ofScorer);
  });

  afterAll(async () => {
    await sql?.end({ timeout: 1 });
    await scorer?.end("SIGKILL");
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  });

  const endOf = (at: number): End => (stored.scored.has(at) ? "scored" : (stored.checks.get(at) ?? []));
  const isBad = ({ end }: BadInput) => Array.isArray(end);

  test("each record ends where the table says", () => {
    const expected = rows.map(({ name, end }) => [name, typeof end === "string" ? "scored" : end]);
    expect(rows.map(({ name, at }) => [name, endOf(at)])).toEqual(expected);
    const refused = sent.filter((_, index) => typeof places[index] === "string");
    expect(refused.map(({ name }) => name)).toEqual(
      inputs.filter(({ end }) => end === "broker").map(({ name }) => name),
    );
  });

  test("and is either scored or failed, never both, never neither", () => {
    const twice = rows.filter(({ at }) => stored.scored.has(at) === stored.checks.has(at));
    expect(twice.map(({ name }) => name)).toEqual([]);
    expect(stored.scored.size + stored.checks.size).toBe(rows.length);
  });

  test("a bad record is kept, and dead-lettered, byte for byte", () => {
    for (const row of rows.filter(isBad)) {
      const key = row.key === undefined ? Buffer.from(own) : row.key;
      // What is too large to be kept goes by its key.
      const value = endOf(row.at).includes("record_too_large") ? null : row.value;
      const [keptKey = null, keptValue = null] = stored.kept.get(row.at) ?? [];
      expect([row.name, areSame(keptKey, key), areSame(keptValue, value)]).toEqual([row.name, true, true]);
      const letter = letters.get(row.at);
      const omitted = letter?.headers.some(([name]) => name === deadLetterHeaders.bytesOmitted);
      expect([row.name, omitted]).toEqual([row.name, (value?.length ?? 0) > letterBytesMax]);
      // The client gives an empty value as none.
      const sentValue = omitted || value?.length === 0 ? null : value;
      const sentKey = omitted ? null : key;
      const isWhole = areSame(letter?.key ?? null, sentKey) && areSame(letter?.value ?? null, sentValue);
      expect([row.name, isWhole]).toEqual([row.name, true]);
    }
    expect(letters.size).toBe(rows.filter(isBad).length);
    expect(stored.kept.size).toBe(letters.size);
  });

  test("what was forgiven is counted by its kind", async () => {
    for (const flaw of ["unknown_field", "naive_timestamp", "misrouted_key"]) {
      const expected = inputs.filter(({ end }) => end === `forgiven:${flaw}`).length;
      expect([flaw, await scorer.metric("scoreline_scorer_forgiven_total", { flaw })]).toEqual([flaw, expected]);
    }
  });

  test("the scorer lives, holds all its partitions, and has used bounded memory", async () => {
    expect(scorer.told("error", /./)).toEqual([]);
    expect((await scorer.ask("/livez"))?.status).toBe(200);
    expect((await scorer.ask("/readyz"))?.status).toBe(200);
    const peakMib = scorer.peakMib();
    console.log(`${inputs.length} bad inputs, ${rows.length} records; the scorer held ${peakMib} MiB at its peak`);
    expect(peakMib).toBeLessThan(peakMibMax);
    expect(await scorer.end()).toBe(0);
  });
});
