import { compilerVersion } from "@scoreline/policy";
import { expect, test } from "vitest";
import { read, shipped, version } from "../test/policies.ts";
import { nowMs } from "../test/records.ts";
import { Compiler, PolicySnapshot } from "./snapshot.ts";

const [byDefault, velocity] = [shipped("default"), shipped("velocity")];
const second = version(velocity, { number: 2, effectiveFromMs: nowMs });
const snapshotOf = (...versions: Parameters<typeof read>[0]) => new PolicySnapshot(read(versions), new Compiler());

test("each instant has exactly one version: the newest that took effect by then, on its first millisecond too", () => {
  const snapshot = snapshotOf(second, version(byDefault));
  const versions = [0, nowMs - 1, nowMs, nowMs + 1].map((tMs) => snapshot.enginesAt(tMs).engine.version);
  expect(versions).toEqual(["consumer-loans@1", "consumer-loans@1", "consumer-loans@2", "consumer-loans@2"]);
});

test("a read lets records before its lease ends be decided, and none from there on", () => {
  const snapshot = new PolicySnapshot({ ...read([version(byDefault)]), readAtMs: nowMs }, new Compiler());
  expect(snapshot.decidesBeforeMs).toBe(nowMs + 30_000);
  expect(snapshot.blockedBy(nowMs, nowMs + 29_999)).toBeUndefined();
  expect(snapshot.blockedBy(nowMs, nowMs + 30_000)).toMatch(/decides records before .*12:00:30.000Z.*one came at/);
});

test("before the first version nothing can be decided", () => {
  const snapshot = snapshotOf(second);
  expect(snapshot.blockedBy(nowMs - 1, nowMs)).toMatch(/no policy version is in force/);
  expect(() => snapshot.enginesAt(nowMs - 1)).toThrow(RangeError);
  expect(snapshotOf().blockedBy(nowMs, nowMs)).toMatch(/no policy version is in force/);
});

test.each([
  [
    "was published by a newer compiler",
    { compilerVersion: compilerVersion + 1 },
    velocity,
    /consumer-loans@2.*upgrade/,
  ],
  ["is not understood", {}, velocity.replace("credit_score >= 700", "credit_skore >= 700"), /consumer-loans@2.*skore/],
])("a version that %s stops what comes in its time, and nothing before", (_, over, yaml, refusal) => {
  const snapshot = snapshotOf(version(byDefault), version(yaml, { number: 2, effectiveFromMs: nowMs, ...over }));
  expect(snapshot.blockedBy(0, nowMs - 1)).toBeUndefined();
  expect(snapshot.enginesAt(nowMs - 1).engine.version).toBe("consumer-loans@1");
  for (const fromMs of [0, nowMs]) expect(snapshot.blockedBy(fromMs, nowMs)).toMatch(refusal);
  expect(() => snapshot.enginesAt(nowMs)).toThrow(RangeError);
  expect(snapshot.refusals).toEqual([expect.stringMatching(refusal)]);
});

test("a version that was superseded is no refusal any more", () => {
  const broken = version("policy: x", { effectiveFromMs: 0 });
  expect(snapshotOf(broken, second).refusals).toEqual([]);
});

test("windows are kept for the version in force and for those to come, and for none before", () => {
  const third = version(byDefault, { number: 3, effectiveFromMs: nowMs + 10 });
  const snapshot = snapshotOf(version(byDefault), second, third);
  expect(snapshot.planFrom("applications", 0).slots).toHaveLength(4);
  expect(snapshot.planFrom("applications", nowMs + 9).slots).toHaveLength(4);
  expect(snapshot.planFrom("applications", nowMs + 10).windowMsMax).toBe(0);
  expect(snapshot.rulesBetween("applications", nowMs - 1, nowMs).map(({ features }) => features.length)).toEqual([
    0, 4,
  ]);
  expect(snapshot.rulesBetween("applications", nowMs, nowMs + 9)).toHaveLength(1);
});

test("card transactions have windows of their own", () => {
  const snapshot = snapshotOf(version(byDefault));
  expect(snapshot.planFrom("applications", 0).windowMsMax).toBe(0);
  expect(snapshot.planFrom("transactions", 0).windowMsMax).toBe(86_400_000);
  expect(snapshot.planFrom("transactions", 0)).toBe(snapshot.planFrom("transactions", 1));
  expect(snapshot.enginesAt(0).transactions.version).toBe("consumer-loans@1");
});

test("a version is compiled once, however often the catalogue is read", () => {
  const compiler = new Compiler();
  const engines = [0, 1].map(() => new PolicySnapshot(read([version(byDefault)]), compiler).enginesAt(0));
  expect(engines[0]).toBe(engines[1]);
});
