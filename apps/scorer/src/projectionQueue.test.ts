import { applicationEvents, type Database, type HeldPartition } from "@scoreline/stores/postgres";
import { expect, test } from "vitest";
import { ProjectionQueue } from "./projectionQueue.ts";

/** A queue whose sinks and store answer at once. */
function newQueue(onProjected: () => void) {
  const held: HeldPartition = {
    topic: "t",
    partition: 0,
    epoch: 1n,
    nextOffset: 0n,
    projectedOffset: 0n,
    maxTMs: 0,
  };
  const sql = (() => Promise.resolve({ count: 1 })) as unknown as Database;
  const queue = new ProjectionQueue(held, {
    sql,
    table: applicationEvents,
    project: async () => {},
    persist: (_, attempt) => attempt(),
    onFailure: (error) => {
      throw error;
    },
    took: () => {},
    onProjected,
  });
  return { held, queue };
}

test("what is pushed while the last part is being finished is projected, at whichever turn it comes", async () => {
  for (let turns = 0; turns < 20; turns += 1) {
    let pushed = false;
    const { held, queue } = newQueue(() => {
      if (pushed) return;
      pushed = true;
      let turn = Promise.resolve();
      for (let i = 0; i < turns; i += 1) turn = turn.then(() => {});
      void turn.then(() => queue.push({ next: 2n, scored: [], faulty: [] }));
    });
    queue.push({ next: 1n, scored: [], faulty: [] });
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect([turns, held.projectedOffset]).toEqual([turns, 2n]);
  }
});
