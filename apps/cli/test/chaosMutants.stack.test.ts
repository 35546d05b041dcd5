import { repositoryRoot } from "@scoreline/stack";
import { describe, expect, test } from "vitest";
import { killedInCommit, pausedInMidBatch } from "./support/chaos/directed.ts";
import { mutants, mutatedCheckout } from "./support/chaos/mutants.ts";
import { withChaosStack } from "./support/chaos/run.ts";

const schedules = [
  {
    name: "a process that goes on after its partition was taken",
    run: pausedInMidBatch,
    mutant: "the fence is removed",
    seen: /is scored and has issues: duplicate_application_id/,
  },
  {
    name: "a process that is killed in its commit",
    run: killedInCommit,
    mutant: "a batch is projected before it is committed",
    seen: /^decision credit_applications\/0\/\d+ has no row/m,
  },
] as const;

describe.each(schedules)("$name", ({ run, mutant, seen }) => {
  test("leaves nothing amiss", async () => {
    expect(await withChaosStack((stack) => run(stack, repositoryRoot))).toEqual([]);
  });

  test(`is seen where ${mutant}`, async () => {
    const { root, remove } = mutatedCheckout(mutants[mutant]);
    try {
      const differences = await withChaosStack((stack) => run(stack, root));
      expect(differences.join("\n")).toMatch(seen);
    } finally {
      remove();
    }
  });
});
