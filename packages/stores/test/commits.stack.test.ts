import { expect, inject, onTestFinished, test } from "vitest";
import { type CommitPosition, commitsChannel, listenCommits, readPositions } from "../src/postgres/commits.ts";
import { connectPostgres } from "../src/postgres/index.ts";
import { doorBefore } from "./door.ts";
import { commitSettlement, newCreditdb, scored, take } from "./support.ts";

const creditdb = () => inject("env").CREDITDB_URL as string;

/** Who tells of commits: another connection to the same database. */
function teller() {
  const sql = connectPostgres(creditdb(), { app: "stores-tests", connectionsMax: 1 });
  onTestFinished(() => sql.end({ timeout: 1 }));
  return (payload: string) => sql.notify(commitsChannel, payload);
}

function listener(url: string) {
  const told: CommitPosition[] = [];
  const state = { told, listening: 0 };
  const commits = listenCommits(url, {
    app: "stores-tests-listener",
    onCommit: (position) => told.push(position),
    onListening: () => {
      state.listening += 1;
    },
  });
  onTestFinished(() => commits.end());
  return state;
}

test("a commit is told with its partition and where it stands; what is no position is passed over", async () => {
  const state = listener(creditdb());
  await expect.poll(() => state.listening).toBe(1);
  const tell = teller();
  for (const payload of ["", "a:1", "a:b:3", "a:1:-2", "credit_applications:5:9007199254740993"]) await tell(payload);
  await expect
    .poll(() => state.told)
    .toEqual([{ topic: "credit_applications", partition: 5, nextOffset: 9_007_199_254_740_993n }]);
});

test("a listener whose connection is cut listens again and says so, however often", async () => {
  const door = await doorBefore(creditdb());
  const state = listener(door.url);
  const tell = teller();
  for (let time = 1; time <= 5; time += 1) {
    await expect.poll(() => state.listening).toBe(time);
    await tell(`a:0:${time}`);
    await expect.poll(() => state.told.map(({ nextOffset }) => nextOffset)).toContain(BigInt(time));
    door.cut();
  }
});

test("a listener that finds no server asks a few times a second, and listens once there is one", async () => {
  const door = await doorBefore(creditdb());
  door.open = false;
  const state = listener(door.url);
  const startMs = performance.now();
  await expect.poll(() => door.attempts, { timeout: 30_000 }).toBeGreaterThan(3);
  expect(performance.now() - startMs).toBeGreaterThan(200);
  expect(state.listening).toBe(0);
  door.open = true;
  await expect.poll(() => state.listening, { timeout: 30_000 }).toBe(1);
});

test("the positions of a topic are read as they were committed", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  await take(sql, { partition: 3, firstOffset: 7n });
  await commitSettlement(sql, held, { next: 1n, maxTMs: 1_000, scored: [scored(0n)], faulty: [] });
  const positions = await readPositions(sql, "applications");
  expect(positions.toSorted((a, b) => a.partition - b.partition)).toEqual([
    { topic: "applications", partition: 0, nextOffset: 1n },
    { topic: "applications", partition: 3, nextOffset: 7n },
  ]);
  expect(await readPositions(sql, "transactions")).toEqual([]);
});
