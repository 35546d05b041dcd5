import { migrate } from "@scoreline/stores/postgres";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { Reconciliation } from "../src/reconcile/reconcile.ts";
import { recordReconciliation } from "../src/reconcile/record.ts";
import { testDatabase } from "./support/testDatabase.ts";

describe("what a reconciliation leaves for metrics", () => {
  const database = testDatabase();
  const stores = () => ({ ...inject("env"), CREDITDB_URL: addressOf(database().options.database) });

  beforeAll(() => migrate(stores().CREDITDB_URL, "creditdb"));

  test("one that was broken off is recorded as failed, and its error is told", async () => {
    const away = Promise.reject(new Error("MongoDB does not answer"));
    await expect(
      recordReconciliation(
        stores(),
        () => away,
        () => expect.unreachable(),
      ),
    ).rejects.toThrow("MongoDB does not answer");
    const failed = await database()`
      select target, rows, error from metadata_table where job = 'reconcile' and status = 'failed'`;
    expect([...failed]).toEqual([{ target: "all comparisons", rows: null, error: "MongoDB does not answer" }]);
  });

  test("gives its result where it cannot be recorded", async () => {
    const result = { differences: 0, checks: [{ compared: "a = b", differences: 0 }] } as Reconciliation;
    const nowhere = { ...stores(), CREDITDB_URL: "postgres://127.0.0.1:1/creditdb" };
    const unrecorded: unknown[] = [];
    expect(
      await recordReconciliation(
        nowhere,
        async () => result,
        (error) => unrecorded.push(error),
      ),
    ).toBe(result);
    expect(unrecorded).toHaveLength(1);
  });
});

/** The shared server's address of one of its databases. */
function addressOf(name: string): string {
  const url = new URL(inject("env").CREDITDB_URL);
  url.pathname = `/${name}`;
  return String(url);
}
