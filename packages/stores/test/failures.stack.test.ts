import { expect, test } from "vitest";
import { readFailures } from "../src/postgres/failures.ts";
import { commitSettlement, faulty, newCreditdb, scored, take } from "./support.ts";

test("every rule that a record broke is read by its place, in order; a scored record broke none", async () => {
  const sql = await newCreditdb();
  const held = await take(sql);
  const failures = ["/b", "/a", "/c"].map((pointer) => ({ pointer, check: "invalid_record", detail: `${pointer}.` }));
  const settled = { scored: [scored(0n)], faulty: [faulty(1n, { failures }), faulty(2n)] };
  await commitSettlement(sql, held, { next: 3n, maxTMs: 1_002, ...settled });
  const at = (offset: bigint, partition = 0) => readFailures(sql, { topic: "applications", partition, offset });
  expect(await at(1n)).toEqual(failures);
  expect(await at(2n)).toHaveLength(1);
  expect([await at(0n), await at(3n), await at(1n, 1)]).toEqual([[], [], []]);
});
