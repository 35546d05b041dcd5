import { expect, test } from "vitest";
import { CommitWatch, type Position } from "./commitWatch.ts";

const at = (offset: bigint, partition = 0) => ({ topic: "a", partition, offset });
const position = (nextOffset: bigint, partition = 0): Position => ({ topic: "a", partition, nextOffset });
const heard = () => new CommitWatch({ readPositions: async () => [], pollMs: 60_000 });

/** What a promise came to so far. */
async function stateOf(promise: Promise<boolean>): Promise<boolean | "waiting"> {
  await new Promise(setImmediate);
  return Promise.race([promise, Promise.resolve("waiting" as const)]);
}

test("a record is passed by the commit behind it, and by none before or elsewhere", async () => {
  const watch = heard();
  const waiting = watch.until(at(5n), 10_000);
  for (const other of [position(5n), position(9n, 1), { ...position(9n), topic: "b" }]) {
    watch.advance(other);
    expect(await stateOf(waiting)).toBe("waiting");
  }
  watch.advance(position(6n));
  expect(await waiting).toBe(true);
});

test("one commit passes every record below it", async () => {
  const watch = heard();
  const waiting = [3n, 1n, 2n].map((offset) => watch.until(at(offset), 10_000));
  const later = watch.until(at(4n), 10_000);
  watch.advance(position(4n));
  expect(await Promise.all(waiting)).toEqual([true, true, true]);
  expect(await stateOf(later)).toBe("waiting");
  watch.advance(position(5n));
  await later;
});

test("a commit that was heard before its record was waited for is enough, and an old word changes nothing", async () => {
  const watch = heard();
  watch.advance(position(8n));
  watch.advance(position(2n));
  expect(await watch.until(at(7n), 10_000)).toBe(true);
});

test("a record that no commit passes in time is told so", async () => {
  expect(await heard().until(at(0n), 10)).toBe(false);
});

test("a commit that nobody tells of is found by asking, while someone waits and only then", async () => {
  let asked = 0;
  let positions: Position[] = [];
  const readPositions = async () => {
    asked += 1;
    return positions;
  };
  const watch = new CommitWatch({ readPositions, pollMs: 5 });
  expect(await watch.until(at(0n), 50)).toBe(false);
  expect(asked).toBeGreaterThan(1);
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked).toBeLessThanOrEqual(before + 1);
  const waiting = watch.until(at(0n), 10_000);
  positions = [position(1n)];
  expect(await waiting).toBe(true);
});

test("a store that fails, or never answers, is asked again", async () => {
  const answers = [() => Promise.reject(new Error("away")), () => new Promise<never>(() => {})];
  const readPositions = () => answers.shift()?.() ?? Promise.resolve([position(1n)]);
  const watch = new CommitWatch({ readPositions, pollMs: 5 });
  expect(await watch.until(at(0n), 10_000)).toBe(true);
});

test("a refresh passes those who wait, and asks nothing when nobody does", async () => {
  let asked = 0;
  const readPositions = async () => {
    asked += 1;
    return [position(1n)];
  };
  const watch = new CommitWatch({ readPositions, pollMs: 60_000 });
  await watch.refresh();
  expect(asked).toBe(0);
  const waiting = watch.until(at(0n), 10_000);
  await watch.refresh();
  expect(await waiting).toBe(true);
});
