import { rmSync } from "node:fs";
import { down, pidOf, up } from "@scoreline/stack";
import { connectPostgres } from "@scoreline/stores/postgres";
import { expect, test } from "vitest";
import { initialise } from "../src/init.ts";
import { endTestScorer, isRunning, startTestScorer, untilStarted } from "./support/chaos/scorers.ts";
import { temporaryHome } from "./support/homes.ts";

/** Beyond the time that a client is given to connect. */
const awayMs = 13_000;

test("a scorer that starts while the broker is away waits for it, and ends when it is told to", async () => {
  const home = temporaryHome("broker");
  try {
    const env = await up(home);
    await initialise(env);
    const kafka = pidOf(home, "kafka") ?? Number.NaN;
    process.kill(kafka, "SIGKILL");
    const scorer = startTestScorer(home, env, "early");
    try {
      await untilStarted(scorer);
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      expect(isRunning(scorer)).toBe(true);
      await up(home);
      const sql = connectPostgres(env.CREDITDB_URL, { app: "test", connectionsMax: 1 });
      const taken = async () => (await sql`select from stream_offsets`).length;
      await expect.poll(taken, { timeout: 30_000, interval: 100 }).toBe(18);
      await sql.end();
      expect(await endTestScorer(scorer, "SIGTERM")).toBe(0);
    } finally {
      scorer.signal("SIGKILL");
    }
  } finally {
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  }
});

test("a scorer that is told to end while the broker is away ends in good order within its bound", async () => {
  const home = temporaryHome("broker");
  try {
    const env = await up(home);
    await initialise(env);
    const sql = connectPostgres(env.CREDITDB_URL, { app: "test", connectionsMax: 1 });
    const scorers = ["one", "two"].map((name) => startTestScorer(home, env, name));
    try {
      await Promise.all(scorers.map(untilStarted));
      const taken = async () => (await sql`select from stream_offsets`).length;
      await expect.poll(taken, { timeout: 30_000, interval: 100 }).toBe(18);
      process.kill(pidOf(home, "kafka") ?? Number.NaN, "SIGKILL");
      expect(await Promise.all(scorers.map((scorer) => endTestScorer(scorer, "SIGTERM")))).toEqual([0, 0]);
    } finally {
      await sql.end();
      for (const scorer of scorers) scorer.signal("SIGKILL");
    }
  } finally {
    await down(home);
    rmSync(home.dir, { recursive: true, force: true });
  }
});
