import { afterEach, beforeEach, expect, test } from "vitest";
import { runWarehouse } from "../src/warehouse.ts";
import { type Bench, defaultVersion, openBench, publish, record } from "./support.ts";

const loadOnly = { withDbt: false, withFreshness: false, fullRefresh: false };
let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench?.remove(), 60_000);

const collection = (name: string) => bench.deps.mongo.collection<{ _id: string }>(name);
const day = 86_400_000;
const grant = {
  ...{ id: "ex-1", userId: "ann", status: "Approved" as const, effectiveFromMs: 5 * day, expiresAtMs: 9 * day },
  ...{ reason: "A tenant of ours", approvedBy: "rita", createdAtMs: 0 },
};
const revocation = {
  ...{ id: "ex-2", revokes: "ex-1", effectiveFromMs: 7 * day },
  ...{ reason: "Moved out", approvedBy: "rita", createdAtMs: 0 },
};

test("what is published comes to raw once, byte for byte, and later additions come later", async () => {
  const awkward = `${defaultVersion.yaml}# "quotes", back\\slash, \t tab and Žižek 🂡\n`;
  await publish(bench, { versions: [{ ...defaultVersion, yaml: awkward }], exceptions: [grant] });
  const first = await runWarehouse(bench.deps, loadOnly);
  await publish(bench, { versions: [{ ...defaultVersion, version: "consumer-loans@2", fromMs: day }] });
  await publish(bench, { exceptions: [revocation] });
  const second = await runWarehouse(bench.deps, loadOnly);
  const third = await runWarehouse(bench.deps, loadOnly);

  expect([first, second, third].map(({ loaded }) => [loaded?.policies, loaded?.policy_exceptions])).toEqual([
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const versions = await bench.warehouse`
    select version, policy, number, yaml, effective_from_ms, published_by, load_id from raw.policies order by number`;
  expect([...versions]).toMatchObject([
    {
      version: "consumer-loans@1",
      policy: "consumer-loans",
      number: 1,
      yaml: awkward,
      effective_from_ms: 0n,
      load_id: 1n,
    },
    { version: "consumer-loans@2", number: 2, effective_from_ms: BigInt(day), published_by: "an analyst", load_id: 2n },
  ]);
  const exceptions = await bench.warehouse`
    select exception_id, application_id, user_id, status, effective_from_ms, expires_at_ms, revokes, reason, approved_by
    from raw.policy_exceptions order by exception_id`;
  expect([...exceptions]).toEqual([
    {
      ...{ exception_id: "ex-1", application_id: null, user_id: "ann", status: "Approved", revokes: null },
      ...{ effective_from_ms: BigInt(5 * day), expires_at_ms: BigInt(9 * day) },
      ...{ reason: "A tenant of ours", approved_by: "rita" },
    },
    {
      ...{ exception_id: "ex-2", application_id: null, user_id: null, status: null, revokes: "ex-1" },
      ...{ effective_from_ms: BigInt(7 * day), expires_at_ms: null, reason: "Moved out", approved_by: "rita" },
    },
  ]);
});

test("a version or an exception that has changed or gone stops the run by name, and nothing of it is loaded", async () => {
  await publish(bench, { versions: [defaultVersion], exceptions: [grant] });
  await runWarehouse(bench.deps, loadOnly);
  await record(bench.creditdb, [{ id: "a", offset: 0 }], { 0: 1 });
  const failing = async () => {
    const { status, error } = await runWarehouse(bench.deps, loadOnly);
    const [{ rows } = { rows: -1 }] = await bench.warehouse`select count(*)::integer as rows from raw.credit_scores`;
    return { status, error, rows };
  };
  const policy = await collection("policies").findOne({ _id: "consumer-loans@1" });

  await collection("policies").updateOne({ _id: "consumer-loans@1" }, { $set: { note: "another" } });
  expect(await failing()).toMatchObject({
    status: "failed",
    rows: 0,
    error: expect.stringContaining("policies/consumer-loans@1 has another note"),
  });
  await collection("policies").updateOne({ _id: "consumer-loans@1" }, { $set: { yaml: "policy: other" } });
  expect(await failing()).toMatchObject({
    rows: 0,
    error: expect.stringContaining("policies/consumer-loans@1 was changed"),
  });
  // As after a restore of MongoDB from an older copy.
  const outcome = await collection("policy_outcomes").findOneAndDelete({ _id: "effective_from/0" });
  await collection("policies").deleteOne({ _id: "consumer-loans@1" });
  expect(await failing()).toMatchObject({
    rows: 0,
    error: expect.stringContaining("policies/consumer-loans@1 is gone"),
  });
  await collection("policies").insertOne({ ...policy, _id: "consumer-loans@1" });
  await collection("policy_outcomes").insertOne({ ...outcome, _id: "effective_from/0" });

  await collection("policy_exceptions").updateOne({ _id: "ex-1" }, { $set: { status: "Rejected" } });
  expect(await failing()).toMatchObject({
    rows: 0,
    error: expect.stringContaining("policy_exceptions/ex-1 has another status"),
  });
  await collection("policy_exceptions").updateOne({ _id: "ex-1" }, { $set: { status: "Approved" } });
  expect(await failing()).toEqual({ status: "succeeded", error: null, rows: 1 });
});
