import { expect, test } from "vitest";
import { coalesced } from "./coalesced.ts";

/** A store that answers each look-up when the test says so; every key that starts with "k" has a value. */
function store(batchesMax = 1, keysMax = 100) {
  const asked: string[][] = [];
  const answers: ((error?: Error) => void)[] = [];
  const read = coalesced(
    (keys) => {
      asked.push(keys);
      return new Promise<Map<string, string>>((resolve, reject) => {
        const found = keys
          .filter((key) => key.startsWith("k"))
          .map((key): [string, string] => [key, `value of ${key}`]);
        answers.push((error) => (error ? reject(error) : resolve(new Map(found))));
      });
    },
    { batchesMax, keysMax },
  );
  const answer = async (error?: Error) => {
    await new Promise(setImmediate);
    answers.shift()?.(error);
    await new Promise(setImmediate);
  };
  return { read, asked, answer };
}

test("keys that are asked for at once are looked up together, and each gets its own value", async () => {
  const { read, asked, answer } = store();
  const values = Promise.all(["k1", "k2", "none", "k1"].map(read));
  await answer();
  expect(await values).toEqual(["value of k1", "value of k2", undefined, "value of k1"]);
  expect(asked).toEqual([["k1", "k2", "none"]]);
});

test("a key that comes while a look-up is under way is never answered by it", async () => {
  const { read, asked, answer } = store();
  const first = read("k1");
  await new Promise(setImmediate);
  const second = read("k1");
  await answer();
  await first;
  expect(asked).toEqual([["k1"], ["k1"]]);
  await answer();
  expect(await second).toBe("value of k1");
});

test("there are never more look-ups under way than their bound, nor more keys in one", async () => {
  const { read, asked, answer } = store(2, 3);
  const values = Promise.all(Array.from({ length: 8 }, (_, n) => read(`k${n}`)));
  await new Promise(setImmediate);
  expect(asked.map((keys) => keys.length)).toEqual([3, 3]);
  for (let n = 0; n < 3; n += 1) await answer();
  expect(await values).toHaveLength(8);
  expect(asked.map((keys) => keys.length)).toEqual([3, 3, 2]);
});

test("a look-up that fails fails its own keys, and the next ones are served", async () => {
  const { read, answer } = store();
  const failed = Promise.allSettled([read("k1"), read("k2")]);
  await answer(new Error("away"));
  expect((await failed).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const next = read("k3");
  await answer();
  expect(await next).toBe("value of k3");
});
