import { expect, test } from "vitest";
import { runChaos } from "./support/chaos/run.ts";

/** `CHAOS_SEEDS=1..30`, or `CHAOS_SEED=7`; one seed of its own where neither is given. */
function seeds(): number[] {
  const [first, last] = (process.env.CHAOS_SEEDS ?? process.env.CHAOS_SEED ?? "1").split("..").map(Number);
  if (!first || !Number.isInteger(first)) throw new Error("Name the seeds as CHAOS_SEED=7 or CHAOS_SEEDS=1..30.");
  return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
}

test.each(seeds())(
  "under the faults of seed %i the stream ends as an undisturbed one does",
  {
    timeout: 290_000,
  },
  async (seed) => {
    const { differences, text } = await runChaos(seed);
    console.log(text);
    expect(differences, text).toEqual([]);
  },
);
