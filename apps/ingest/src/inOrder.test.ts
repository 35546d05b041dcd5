import { expect, test } from "vitest";
import { inOrder } from "./inOrder.ts";

async function* numbers(count: number, onReturn = () => {}) {
  try {
    for (let i = 0; i < count; i += 1) yield i;
  } finally {
    onReturn();
  }
}

test("results keep the source's order when later work ends first", async () => {
  const finish: (() => void)[] = [];
  const ended: number[] = [];
  const work = async (i: number) => {
    await new Promise<void>((resolve) => finish.push(resolve));
    ended.push(i);
    return i;
  };
  const results = inOrder(numbers(3), work, 3);
  const first = results.next();
  while (finish.length < 3) await new Promise(setImmediate);
  for (const resolve of finish.toReversed()) resolve();
  expect([await first, await results.next(), await results.next()].map(({ value }) => value)).toEqual([0, 1, 2]);
  expect(ended).toEqual([2, 1, 0]);
});

test("a consumer that leaves ends the source", async () => {
  let ended = false;
  const source = numbers(100, () => {
    ended = true;
  });
  for await (const result of inOrder(source, async (i) => i, 4)) if (result === 2) break;
  expect(ended).toBe(true);
});

test("failed work reaches the consumer in its turn", async () => {
  const results = inOrder(numbers(3), async (i) => (i === 1 ? Promise.reject(new Error("second")) : i), 3);
  expect((await results.next()).value).toBe(0);
  await expect(results.next()).rejects.toThrow("second");
});
