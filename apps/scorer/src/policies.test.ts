import { expect, onTestFinished, test, vi } from "vitest";
import { read, shipped, version } from "../test/policies.ts";
import { nowMs } from "../test/records.ts";
import { until } from "../test/until.ts";
import { Dropped } from "./faults.ts";
import { Policies } from "./policies.ts";
import type { CatalogueRead, PolicySnapshot } from "./snapshot.ts";

const versions = [version(shipped("default"))];
const never = new AbortController().signal;
const hourMs = 3_600_000;

/** Policies over a store that answers each read when the test says so. */
function newPolicies(pollMs = hourMs) {
  const asked: { answer: (catalogue: CatalogueRead) => void; fail: (error: Error) => void }[] = [];
  const seen: (PolicySnapshot | unknown)[] = [];
  const policies = new Policies({
    read: () => new Promise((answer, fail) => asked.push({ answer, fail })),
    observer: { policiesRead: (snapshot) => seen.push(snapshot), policiesUnread: (error) => seen.push(error) },
    pollMs,
  });
  onTestFinished(() => policies.stop());
  policies.start();
  const answer = (at: number, readAtMs: number) => asked[at]?.answer({ ...read(versions), readAtMs });
  return { policies, asked, seen, answer };
}

test("a record within the lease is decided at once, without another read", async () => {
  const { policies, asked, answer } = newPolicies();
  answer(0, nowMs);
  const waits: string[] = [];
  await policies.until(nowMs, nowMs, never, (why) => waits.push(why));
  const snapshot = await policies.until(nowMs, nowMs + 29_999, never, (why) => waits.push(why));
  expect(snapshot.decidesBeforeMs).toBe(nowMs + 30_000);
  expect([waits, asked.length]).toEqual([["the policy catalogue was not read yet"], 1]);
});

test("a record beyond the lease waits for a read that reaches it, which is asked for at once", async () => {
  const { policies, asked, answer } = newPolicies();
  answer(0, nowMs);
  await policies.until(nowMs, nowMs, never, () => {});
  const waits: string[] = [];
  const decided: number[] = [];
  const waiting = policies
    .until(nowMs, nowMs + 30_000, never, (why) => waits.push(why))
    .then((snapshot) => {
      decided.push(snapshot.decidesBeforeMs);
    });
  await until(() => asked.length === 2);
  expect([waits, decided]).toEqual([[expect.stringMatching(/decides records before/)], []]);
  answer(1, nowMs + 1);
  await waiting;
  expect(decided).toEqual([nowMs + 30_001]);
});

test("a read that began too early is not taken for one that reaches the record", async () => {
  const { policies, asked, answer } = newPolicies();
  const waiting = policies.until(nowMs, nowMs + 30_000, never, () => {});
  answer(0, nowMs);
  await until(() => asked.length === 2);
  answer(1, nowMs + 1);
  expect((await waiting).decidesBeforeMs).toBe(nowMs + 30_001);
});

test("while the store is away records wait, the reads go on, and once it answers they are decided", async () => {
  const { policies, asked, seen, answer } = newPolicies(1);
  const waiting = policies.until(nowMs, nowMs, never, () => {});
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await until(() => asked.length === attempt + 1);
    asked[attempt]?.fail(new Error("away"));
  }
  await until(() => asked.length === 4);
  expect(seen).toEqual([new Error("away"), new Error("away"), new Error("away")]);
  expect(policies.snapshot).toBeUndefined();
  answer(3, nowMs);
  expect(await waiting).toBe(policies.snapshot);
});

test("a store that goes away takes nothing from what was read before", async () => {
  const { policies, asked, answer } = newPolicies(1);
  answer(0, nowMs);
  await until(() => asked.length === 2);
  asked[1]?.fail(new Error("away"));
  await until(() => asked.length === 3);
  expect((await policies.until(nowMs, nowMs, never, () => {})).decidesBeforeMs).toBe(nowMs + 30_000);
});

test("waiting ends when the partition is given up, before it began and during it", async () => {
  const { policies, answer } = newPolicies();
  const given = new AbortController();
  const waiting = policies.until(nowMs, nowMs, given.signal, () => {});
  given.abort();
  await expect(waiting).rejects.toBeInstanceOf(Dropped);
  await expect(policies.until(nowMs, nowMs, given.signal, () => {})).rejects.toBeInstanceOf(Dropped);
  answer(0, nowMs);
  await policies.until(nowMs, nowMs, never, () => {});
  // What needs no waiting is not given up: the batch in hand is finished.
  expect(await policies.until(nowMs, nowMs, given.signal, () => {})).toBe(policies.snapshot);
});

test("a new version is heard of by the next read", async () => {
  const { policies, asked } = newPolicies(1);
  const heard: number[] = [];
  policies.onRead(() => heard.push(policies.snapshot?.rulesBetween("applications", 0, nowMs).length ?? 0));
  const second = version(shipped("velocity"), { number: 2, effectiveFromMs: nowMs });
  asked[0]?.answer({ ...read(versions), readAtMs: nowMs });
  await until(() => asked.length === 2);
  asked[1]?.answer({ ...read([...versions, second]), readAtMs: nowMs });
  await until(() => heard.length === 2);
  expect(heard).toEqual([1, 2]);
});

test("nothing is read once it is stopped, and a read that fails by it is not told", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { policies, asked, seen } = newPolicies(1);
  policies.stop();
  asked[0]?.fail(new Error("closed"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect([asked.length, seen]).toEqual([1, []]);
});
