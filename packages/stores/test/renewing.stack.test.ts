import { expect, inject, onTestFinished, test } from "vitest";
import { connectRenewing } from "../src/postgres/renewing.ts";
import { type Door, doorBefore } from "./door.ts";

/** A query that was under way when it was cut may never settle: who asks again does not wait longer than this. */
const givenUpMs = 1_000;
/** What a busy machine may take to answer a query that nobody cut. */
const settleMsMax = 30_000;

type Ask = (value: number, msMax?: number) => Promise<number | "stuck">;

async function database(): Promise<{ ask: Ask; door: Door }> {
  const door = await doorBefore(inject("env").CREDITDB_URL as string);
  const database = connectRenewing(door.url, { app: "stores-tests-renewing" });
  onTestFinished(() => database.end());
  return { ask, door };

  async function ask(value: number, msMax = settleMsMax): Promise<number | "stuck"> {
    const answer = database.current()<{ value: number }[]>`select ${value}::int as value`;
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<"stuck">((resolve) => {
      timer = setTimeout(resolve, msMax, "stuck");
    });
    try {
      const rows = await Promise.race([answer, stuck]);
      return rows === "stuck" ? rows : (rows[0]?.value as number);
    } finally {
      clearTimeout(timer);
    }
  }
}

test("cut again and again under load, it never answers for another query, and serves at once afterwards", async () => {
  const { ask, door } = await database();
  let working = true;
  onTestFinished(() => {
    working = false;
  });
  let served = 0;
  const askers = Array.from({ length: 20 }, async (_, asker) => {
    // A failure is met with the next query at once: what a pool that makes lost connections again does not survive.
    for (let query = asker * 1_000_000; working; query += 1) {
      const answer = await ask(query, givenUpMs).catch(() => "failed");
      if (typeof answer !== "number") continue;
      expect(answer).toBe(query);
      served += 1;
    }
  });
  for (let cut = 0; cut < 20; cut += 1) {
    const before = served;
    await expect.poll(() => served, { timeout: settleMsMax, interval: 5 }).toBeGreaterThan(before + 100);
    door.cut();
  }
  working = false;
  await Promise.all(askers);
  expect(await Promise.all(Array.from({ length: 200 }, (_, value) => ask(value)))).not.toContain("stuck");
});

test("while the server is away every query fails, attempts are bounded, and the first one after it is back is served", async () => {
  const { ask, door } = await database();
  expect(await ask(1)).toBe(1);
  door.open = false;
  door.cut();
  const before = door.attempts;
  const startMs = performance.now();
  let failed = 0;
  while (performance.now() - startMs < 1_000) {
    await ask(2).catch(() => {
      failed += 1;
    });
  }
  expect(failed).toBeGreaterThan(10);
  expect(door.attempts - before).toBeLessThan(500);
  door.open = true;
  await expect.poll(() => ask(3).catch(() => "failed"), { timeout: settleMsMax }).toBe(3);
});
