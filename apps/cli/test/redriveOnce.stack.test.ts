import { spawn } from "node:child_process";
import { topics } from "@scoreline/contracts";
import { DeliveryFailed, type Producer } from "@scoreline/kafka";
import { createProducer } from "@scoreline/kafka/librdkafka";
import { repositoryRoot, type StackEnv } from "@scoreline/stack";
import type { Database } from "@scoreline/stores/postgres";
import { beforeAll, describe, expect, test } from "vitest";
import { redrive } from "../src/redrive/redrive.ts";
import { withTopicReader } from "../src/redrive/topicReader.ts";
import { nodeArguments } from "../src/services.ts";
import { headerOf, putBackOf, record } from "./support/deadLetters.ts";
import { runProgram } from "./support/program.ts";
import { redriveStack } from "./support/redriving.ts";
import { readTopic } from "./support/topic.ts";

const { home, stores, settled, sent, redriven, fromNowOn } = redriveStack();
let env: StackEnv;
let sql: Database;
beforeAll(() => {
  ({ env, sql } = stores());
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
        await sql`select pg_sleep(0.2)`;
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
