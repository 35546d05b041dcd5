import { expect, test } from "vitest";
import { Rounds } from "./rounds.ts";

/** Rounds whose work waits until it is let go; `bad` items fail the round that they are in. */
function held() {
  const rounds: number[][] = [];
  const open: (() => void)[] = [];
  const work = async (items: readonly number[]) => {
    rounds.push([...items]);
    await new Promise<void>((resolve) => open.push(resolve));
    if (items.some((item) => item < 0)) throw new Error(`refused ${items.join()}`);
  };
  const next = async () => {
    await expect.poll(() => open.length).toBeGreaterThan(0);
    open.shift()?.();
  };
  return { shared: new Rounds(work), rounds, next };
}

test("what is asked for during a round is done together in the next", async () => {
  const { shared, rounds, next } = held();
  const first = shared.do([1]);
  const others = [shared.do([2, 3]), shared.do([]), shared.do([4])];
  await next();
  await first;
  expect(rounds).toEqual([[1], [2, 3, 4]]);
  await next();
  await Promise.all(others);
  expect(rounds).toHaveLength(2);
});

test("a failure of one is none of the others'", async () => {
  const { shared, rounds, next } = held();
  const first = shared.do([1]);
  const settled = Promise.allSettled([shared.do([2]), shared.do([-3]), shared.do([4])]);
  for (let round = 0; round < 5; round += 1) await next();
  await first;
  expect(await settled).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { message: "refused -3" } },
    { status: "fulfilled" },
  ]);
  expect(rounds).toEqual([[1], [2, -3, 4], [2], [-3], [4]]);
});
