import { readFileSync, rmSync } from "node:fs";
import { topics } from "@scoreline/contracts";
import { pidOf, readEnv } from "@scoreline/stack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settledCounts } from "../src/counts.ts";
import { produceApplications, shares } from "./support/applications.ts";
import { scoreline } from "./support/cli.ts";
import { temporaryHome } from "./support/homes.ts";

const home = temporaryHome("scorers");
const records = 6_000;
const repeated = (records * shares.repeated) / shares.of;
const bad = (records * shares.bad) / shares.of;

type Status = { healthy: boolean; services: { name: string; state: string }[] };

async function scorers(): Promise<string[]> {
  const { services } = JSON.parse((await scoreline(home, "status", "--json")).stdout) as Status;
  return services.filter(({ name }) => name.startsWith("scorer")).map(({ name, state }) => `${name} ${state}`);
}

/** Whether a process does anything: one that ended and was not waited for yet does not. */
function runs(pid: number | undefined): boolean {
  if (pid === undefined) throw new Error("the scorer did not run");
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

/** How many partitions of a topic each scorer says it holds. */
async function heldBy(topic: string): Promise<number[]> {
  const urls = readEnv(home).SCORER_METRICS_URLS.split(",");
  return Promise.all(
    urls.map(async (url) => {
      const text = await (await fetch(url)).text();
      const line = new RegExp(`^scoreline_scorer_assigned_partitions\\{[^}]*topic="${topic}"[^}]*\\} (\\d+)`, "m");
      return Number(line.exec(text)?.[1]);
    }),
  );
}

describe("scoreline up --scorers", () => {
  beforeAll(async () => {
    const result = await scoreline(home, "up", "--detach", "--scorers", "3");
    expect(result.code, result.stderr).toBe(0);
  });

  afterAll(async () => {
    await scoreline(home, "down");
    rmSync(home.dir, { recursive: true, force: true });
  });

  test("starts that many in one group, each with its own health, and they share the records", async () => {
    expect(await scorers()).toEqual(["scorer healthy", "scorer-2 healthy", "scorer-3 healthy"]);
    for (const { name, partitions } of [topics.creditApplications, topics.deadLetters]) {
      const each = partitions / 3;
      await expect.poll(() => heldBy(name), { timeout: 30_000, interval: 200 }).toEqual([each, each, each]);
    }
    await produceApplications(readEnv(home).KAFKA_BROKERS, 0, records);
    const counts = await settledCounts(readEnv(home), 60_000);
    expect(counts).toMatchObject({ scored: records - repeated - bad, duplicates: repeated, failedRecords: bad });
  });

  test("one that is gone is named, and up without a number starts it again", async () => {
    process.kill(pidOf(home, "scorer-2") ?? Number.NaN, "SIGKILL");
    await expect.poll(scorers).toEqual(["scorer healthy", "scorer-2 crashed", "scorer-3 healthy"]);
    const others = ["scorer", "scorer-3"].map((name) => pidOf(home, name));
    expect((await scoreline(home, "up", "--detach")).code).toBe(0);
    expect(await scorers()).toEqual(["scorer healthy", "scorer-2 healthy", "scorer-3 healthy"]);
    expect(["scorer", "scorer-3"].map((name) => pidOf(home, name))).toEqual(others);
  });

  test("a smaller number stops those beyond it", async () => {
    const spare = pidOf(home, "scorer-3");
    expect((await scoreline(home, "up", "--detach", "--scorers", "2")).code).toBe(0);
    expect(await scorers()).toEqual(["scorer healthy", "scorer-2 healthy"]);
    expect(runs(spare)).toBe(false);
  });

  test("down stops every one of them", async () => {
    const pids = ["scorer", "scorer-2"].map((name) => pidOf(home, name));
    expect((await scoreline(home, "down")).code).toBe(0);
    expect(pids.map(runs)).toEqual([false, false]);
  });

  test.each(["0", "7", "two"])("%s scorers are refused", async (number) => {
    const result = await scoreline(home, "up", "--scorers", number);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/whole number from 1 to 6/);
  });
});
