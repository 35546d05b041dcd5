import { policyLeaseMs, policyPublishMsMax } from "@scoreline/contracts";
import type { Db } from "mongodb";
import { describe, expect, test } from "vitest";
import {
  AlreadyTaken,
  collections,
  ForeignDocument,
  insertException,
  insertFirstPolicy,
  insertPolicy,
  nextVersionNumber,
  PublicationVoid,
  readPolicies,
  type StoredPolicy,
  settlePublication,
  storeTimeMs,
} from "../src/mongo/index.ts";
import { newMongo, storedGrant, storedPolicy } from "./mongo.ts";

const versionsOf = async (db: Db) => (await readPolicies(db)).versions.map(({ version }) => version);
const statusesOf = (results: PromiseSettledResult<unknown>[]) => results.map(({ status }) => status).toSorted();

describe("the catalogue", () => {
  test("is empty at first, read at the store's time", async () => {
    const db = await newMongo();
    const before = await storeTimeMs(db);
    const { readAtMs, versions, exceptions } = await readPolicies(db);
    expect({ versions, exceptions }).toEqual({ versions: [], exceptions: [] });
    expect(readAtMs).toBeGreaterThanOrEqual(before);
    expect(readAtMs).toBeLessThanOrEqual(await storeTimeMs(db));
  });

  test("gives back versions and exceptions as they were published, in the order they take effect", async () => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    const second = storedPolicy(2, nowMs, {
      yaml: "policy: loans\n# Zoë 😀\r\n",
      note: "n",
      effectiveFromMs: nowMs + 90_001,
    });
    const first = storedPolicy(1, 7, { effectiveFromMs: 0 });
    const grant = storedGrant("e1", nowMs);
    const byApplication = storedGrant("e2", nowMs, { applicationId: "a" });
    delete byApplication.userId;
    const revocation = {
      id: "e3",
      revokes: "e1",
      effectiveFromMs: nowMs + 60_000,
      reason: "r",
      approvedBy: "b",
      createdAtMs: nowMs,
    };
    await insertPolicy(db, second);
    await insertPolicy(db, first);
    for (const exception of [grant, byApplication, revocation]) await insertException(db, exception);
    const read = await readPolicies(db);
    expect(read.versions).toEqual([first, second]);
    expect(read.exceptions.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([grant, byApplication, revocation]);
  });

  test.each([
    [
      "a field that is not ours",
      collections.policies,
      { extra: 1 },
      /policies\/loans@1 is not a document of Scoreline.*extra/,
    ],
    ["a time that is a number", collections.policies, { effective_from: 5 }, /policies\/loans@1.*effective_from/],
    ["a text that was changed", collections.policies, { yaml: "policy: loans # 9\n" }, /policies\/loans@1 was changed/],
    ["a version that was renumbered", collections.policies, { number: 3 }, /policies\/loans@1 was changed/],
    ["a status that does not exist", collections.policyExceptions, { status: "Maybe" }, /policy_exceptions\/e1/],
    ["a grant for two", collections.policyExceptions, { application_id: "a" }, /policy_exceptions\/e1/],
  ])("is not read at all with %s", async (_, collection, change, message) => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    await insertPolicy(db, storedPolicy(1, nowMs));
    await insertException(db, storedGrant("e1", nowMs));
    await db.collection(collection).updateOne({}, { $set: change });
    await expect(readPolicies(db)).rejects.toThrow(message);
    await expect(readPolicies(db)).rejects.toBeInstanceOf(ForeignDocument);
  });
});

describe("what was published is missed", () => {
  test.each([
    [
      "a version that is gone",
      (db: Db) => db.collection(collections.policies).deleteMany({}),
      /^loans@1 was published/,
    ],
    [
      "an exception that is gone",
      (db: Db) => db.collection(collections.policyExceptions).deleteMany({}),
      /^e1 was published/,
    ],
    [
      "a version that was moved to another instant",
      (db: Db) => db.collection(collections.policies).updateOne({}, { $set: { effective_from: new Date(5) } }),
      /^loans@1 was published \(effective_from\/\d+\), and its document is gone or has another time/,
    ],
  ])("%s", async (_, tamper, message) => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    await insertPolicy(db, storedPolicy(1, nowMs));
    await insertException(db, storedGrant("e1", nowMs));
    await tamper(db);
    await expect(readPolicies(db)).rejects.toThrow(message);
  });

  test("never by a read that runs while versions are published", async () => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    const publishing = Promise.all(
      numbers.map((number) =>
        insertPolicy(db, storedPolicy(number, nowMs, { effectiveFromMs: nowMs + 60_000 + number })),
      ),
    );
    const reads = numbers.map(() => versionsOf(db));
    await publishing;
    for (const versions of await Promise.all(reads)) expect(versions.length).toBeLessThanOrEqual(20);
    expect(await versionsOf(db)).toHaveLength(20);
  });
});

describe("a publication", () => {
  test("of a version that exists is refused, and the first stays", async () => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    await insertPolicy(db, storedPolicy(1, nowMs));
    const again = storedPolicy(1, nowMs, { yaml: "policy: loans # other\n", effectiveFromMs: nowMs + 70_000 });
    await expect(insertPolicy(db, again)).rejects.toBeInstanceOf(AlreadyTaken);
    expect((await readPolicies(db)).versions).toEqual([storedPolicy(1, nowMs)]);
  });

  test("has its instant alone: of eight versions at once for one instant, one takes effect", async () => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    const versions = Array.from({ length: 8 }, (_, index) => storedPolicy(index + 1, nowMs));
    const results = await Promise.allSettled(versions.map((version) => insertPolicy(db, version)));
    expect(statusesOf(results)).toEqual(["fulfilled", ...Array(7).fill("rejected")]);
    const winner = results.findIndex(({ status }) => status === "fulfilled") + 1;
    expect(await versionsOf(db)).toEqual([`loans@${winner}`]);
    expect(await nextVersionNumber(db, "loans")).toBe(9);
  });

  test.each([
    [
      "a version",
      (db: Db, nowMs: number) => insertPolicy(db, storedPolicy(1, nowMs, { effectiveFromMs: nowMs + 59_999 })),
    ],
    [
      "an exception",
      (db: Db, nowMs: number) => insertException(db, storedGrant("e", nowMs, { effectiveFromMs: nowMs + 59_999 })),
    ],
  ])("of %s with less than the lead is refused before anything is stored", async (_, insert) => {
    const db = await newMongo();
    await expect(insert(db, await storeTimeMs(db))).rejects.toThrow(/too early to take effect/);
    expect(await db.listCollections().toArray()).toEqual([]);
  });

  test("is recorded before it counts, and does not count when it could not be recorded", async () => {
    const db = await newMongo();
    const nowMs = await storeTimeMs(db);
    const audit = async () => {
      expect(await versionsOf(db)).toEqual([]);
      throw new Error("no audit");
    };
    await expect(insertPolicy(db, storedPolicy(1, nowMs), { audit })).rejects.toThrow("no audit");
    expect(await versionsOf(db)).toEqual([]);
  });
});

describe("a publication that lands late", () => {
  const lateMs = policyPublishMsMax + 1;

  test("is void for good, even while nobody has read in between", async () => {
    const db = await newMongo();
    const beganAtMs = (await storeTimeMs(db)) - lateMs;
    await expect(insertPolicy(db, storedPolicy(1, beganAtMs))).rejects.toBeInstanceOf(PublicationVoid);
    await expect(insertException(db, storedGrant("e", beganAtMs))).rejects.toBeInstanceOf(PublicationVoid);
    expect(await readPolicies(db)).toMatchObject({ versions: [], exceptions: [] });
  });

  test("is void by the first overdue read, whatever its publisher does afterwards", async () => {
    const db = await newMongo();
    const beganAtMs = (await storeTimeMs(db)) - lateMs;
    const overdue = async () => expect(await versionsOf(db)).toEqual([]);
    await expect(insertPolicy(db, storedPolicy(1, beganAtMs), { audit: overdue })).rejects.toBeInstanceOf(
      PublicationVoid,
    );
    expect(await settlePublication(db, storedPolicy(1, beganAtMs))).toBe(false);
    expect(await db.collection(collections.policyOutcomes).find().toArray()).toMatchObject([
      { _id: `effective_from/${beganAtMs + 60_000}`, subject: "loans@1", outcome: "void" },
    ]);
  });

  test("leaves what a lease covers untouched: a reader that missed it decides nothing at or after its instant", async () => {
    const db = await newMongo();
    const beganAtMs = await storeTimeMs(db);
    const { readAtMs } = await readPolicies(db);
    const policy = storedPolicy(1, beganAtMs);
    await insertPolicy(db, policy);
    expect(readAtMs - beganAtMs).toBeLessThanOrEqual(policyPublishMsMax);
    expect(readAtMs + policyLeaseMs).toBeLessThan(policy.effectiveFromMs);
  });
});

describe("the first version", () => {
  const first = (over: Partial<StoredPolicy> = {}) => storedPolicy(1, 0, { effectiveFromMs: 0, ...over });
  const other = { policy: "cards", version: "cards@1" };

  test("takes effect at 0, however long its publication takes", async () => {
    const db = await newMongo();
    expect(await insertFirstPolicy(db, first())).toEqual(first());
    expect((await readPolicies(db)).versions).toEqual([first()]);
  });

  test.each([
    ["of one document", {}],
    ["of two documents under one name", { yaml: "policy: loans # other\n" }],
    ["of two names", other],
  ])("is one, and the same to everyone, when many begin at once with versions %s", async (_, over) => {
    const db = await newMongo();
    const begun = Array.from({ length: 8 }, (_, index) => insertFirstPolicy(db, first(index % 2 ? over : {})));
    const stand = await Promise.all(begun);
    expect(new Set(stand.map((policy) => JSON.stringify(policy))).size).toBe(1);
    expect((await readPolicies(db)).versions).toEqual([stand[0]]);
  });

  test("is not a version that takes effect later", async () => {
    const db = await newMongo();
    await insertPolicy(db, storedPolicy(1, await storeTimeMs(db)));
    await expect(insertFirstPolicy(db, first())).rejects.toBeInstanceOf(AlreadyTaken);
    expect(await versionsOf(db)).toEqual(["loans@1"]);
  });

  test("that a process left half done is completed by the next one, not replaced", async () => {
    const db = await newMongo();
    const died = () => Promise.reject(new Error("died"));
    await expect(insertFirstPolicy(db, first(), { audit: died })).rejects.toThrow("died");
    expect(await versionsOf(db)).toEqual([]);
    expect(await insertFirstPolicy(db, first({ yaml: "policy: loans # other\n" }))).toEqual(first());
    expect((await readPolicies(db)).versions).toEqual([first()]);
  });
});

test("a publisher that does not know its outcome learns it, and what was not published is void from then on", async () => {
  const db = await newMongo();
  const nowMs = await storeTimeMs(db);
  const [published, stuck] = [storedPolicy(1, nowMs), storedPolicy(2, nowMs, { effectiveFromMs: nowMs + 61_000 })];
  await insertPolicy(db, published);
  expect(await settlePublication(db, published)).toBe(true);
  const settleFirst = async () => expect(await settlePublication(db, stuck)).toBe(false);
  await expect(insertPolicy(db, stuck, { audit: settleFirst })).rejects.toBeInstanceOf(PublicationVoid);
  expect(await versionsOf(db)).toEqual(["loans@1"]);
});
