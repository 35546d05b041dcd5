import type { Database } from "@scoreline/stores/postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { Policies } from "../src/policies.ts";
import type { CatalogueRead } from "../src/snapshot.ts";
import { holdingBack, losingAnswers, withOthers } from "./faults.ts";
import { policiesOf, read, shipped, version } from "./policies.ts";
import { recompute } from "./recompute.ts";
import { application, nowMs, record } from "./records.ts";
import { newCreditdb, newWorker } from "./support.ts";
import { until } from "./until.ts";

const hourMs = 3_600_000;
const velocity = read([version(shipped("velocity"))]);

/** Record `offset` of a stream of few users, some of them at the same millisecond, over some hours. */
function velocityRecord(offset: number, over: { id?: string | number; partition?: number; device?: string } = {}) {
  const value = application(over.id ?? offset, {
    user_id: `u${offset % 3}`,
    credit_score: 400 + ((offset * 37) % 400),
    loan_amount: 1_000 + ((offset * 7_919) % 19_000),
    device_id: over.device ?? `d${(offset * 11) % 5}`,
  });
  const timestampMs = nowMs + Math.floor(offset / 3) * 300_000;
  return record(offset, value, { timestampMs, ...(over.partition === undefined ? {} : { partition: over.partition }) });
}

const stream = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => velocityRecord(from + i));

/** All decisions on record, after each was compared with what an undisturbed decider makes of the same events. */
async function undisturbed(sql: Database, catalogue: CatalogueRead = velocity) {
  const decisions = await recompute(sql, catalogue);
  expect(decisions.map(({ recorded }) => recorded)).toEqual(decisions.map(({ recomputed }) => recomputed));
  return decisions.map(({ recorded }) => recorded);
}

describe("every decision is what an undisturbed scorer decides", () => {
  test("when another partition records an id between look-up and commit, so that the batch is decided again", async () => {
    const sql = await newCreditdb();
    const policies = await policiesOf(velocity);
    const other = await newWorker(sql, { partition: 1, policies });
    const meanwhile = async () => {
      other.accept([velocityRecord(0, { partition: 1, id: 20 })]);
      await until(() => other.held.nextOffset === 1n);
    };
    const { accept, held, worker } = await newWorker(sql, { policies, committing: withOthers(meanwhile) });
    for (let start = 0; start < 90; start += 30) accept(stream(start, start + 30));
    await until(() => held.projectedOffset === 90n);
    const decisions = await undisturbed(sql);
    expect(decisions.map(({ place }) => place)).toContain("1/20");
    expect(decisions.map(({ place }) => place)).not.toContain("0/20");
    expect(worker.windows.events).toBe(89);
  });

  test("when Postgres refuses a row, so that its batch is halved: what is refused enters no window", async () => {
    const sql = await newCreditdb();
    await sql`alter table credit_scores add check (device_id <> 'unlucky')`;
    const { accept, held } = await newWorker(sql, { policies: await policiesOf(velocity) });
    accept(
      stream(0, 60).map((each, offset) => (offset % 20 === 13 ? velocityRecord(offset, { device: "unlucky" }) : each)),
    );
    await until(() => held.projectedOffset === 60n);
    expect(await undisturbed(sql)).toHaveLength(57);
  });

  test("when the answers of commits are lost", async () => {
    const sql = await newCreditdb();
    const { accept, held, retries } = await newWorker(sql, {
      policies: await policiesOf(velocity),
      committing: losingAnswers(2),
    });
    for (let start = 0; start < 90; start += 30) accept(stream(start, start + 30));
    await until(() => held.projectedOffset === 90n);
    expect(await undisturbed(sql)).toHaveLength(90);
    expect(retries.length).toBeGreaterThan(0);
  });

  test("when connections are cut, and when the partition changes hands in the middle", async () => {
    const sql = await newCreditdb();
    const policies = await policiesOf(velocity);
    for (let offset = 0; offset < 400; offset += 100) {
      const { accept, held, worker } = await newWorker(sql, { policies });
      for (let start = offset; start < offset + 100; start += 20) {
        accept(stream(start, start + 20));
        await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`.catch(() => undefined);
      }
      await until(() => held.projectedOffset === BigInt(offset + 100), 30_000);
      await worker.drop();
    }
    const decisions = await undisturbed(sql);
    expect(decisions).toHaveLength(400);
    expect(new Set(decisions.map(({ features }) => features.applications_1h)).size).toBeGreaterThan(5);
  });
});

describe("windows are made from committed rows", () => {
  test("of as long ago as the longest window, however many come before", async () => {
    const sql = await newCreditdb();
    const policies = await policiesOf(velocity);
    const first = await newWorker(sql, { policies });
    const at = (offset: number, hours: number) =>
      record(offset, application(offset, { device_id: "d" }), { timestampMs: nowMs + hours * hourMs });
    // The last comes 168 hours after the third, which has just left the longest window then; the fourth is in it yet.
    first.accept([at(0, 0), at(1, 1), at(2, 2), at(3, 2 + 1 / hourMs), at(4, 100), at(5, 170)]);
    await until(() => first.held.projectedOffset === 6n);
    await first.worker.drop();
    expect(first.rebuilt).toEqual([]);
    const second = await newWorker(sql, { policies });
    second.accept([at(6, 170)]);
    await until(() => second.held.projectedOffset === 7n);
    expect(second.rebuilt).toEqual([3]);
    expect(second.worker.windows).toMatchObject({ users: 1, events: 4 });
    await undisturbed(sql);
  });

  test("and not at all where no policy has any", async () => {
    const sql = await newCreditdb();
    const first = await newWorker(sql);
    first.accept(stream(0, 30));
    await until(() => first.held.projectedOffset === 30n);
    const second = await newWorker(sql);
    second.accept(stream(30, 60));
    await until(() => second.held.projectedOffset === 60n);
    expect([first.rebuilt, second.rebuilt]).toEqual([[], []]);
  });

  test("in parts, which lose and repeat nothing", async () => {
    const sql = await newCreditdb();
    const policies = await policiesOf(velocity);
    const first = await newWorker(sql, { policies });
    const count = 12_345;
    const at = (offset: number) => record(offset, application(offset, { user_id: `u${offset % 50}` }));
    first.accept(Array.from({ length: count }, (_, offset) => at(offset)));
    await until(() => first.held.nextOffset === BigInt(count), 60_000);
    await first.worker.drop();
    const second = await newWorker(sql, { policies });
    second.accept([at(count)]);
    await until(() => second.held.nextOffset === BigInt(count + 1));
    expect(second.rebuilt).toEqual([count]);
    expect(second.worker.windows).toMatchObject({ users: 50, events: count + 1 });
    await undisturbed(sql);
  });
});

describe("a version with new windows", () => {
  const effectiveFromMs = nowMs + 10 * 300_000;
  const both = read([
    version(shipped("default")),
    version(shipped("velocity"), { number: 2, effectiveFromMs }),
    version(shipped("default"), { number: 3, effectiveFromMs: effectiveFromMs + hourMs }),
  ]);

  test("sees what came before it took effect, and its windows go when it is superseded", async () => {
    const sql = await newCreditdb();
    const { accept, held, worker, rebuilt } = await newWorker(sql, { policies: await policiesOf(both) });
    for (let start = 0; start < 90; start += 7) {
      accept(stream(start, Math.min(start + 7, 90)));
      await until(() => held.nextOffset === BigInt(Math.min(start + 7, 90)));
    }
    const decisions = await undisturbed(sql, both);
    const versions = decisions.map(({ policyVersion }) => policyVersion.slice(-1)).join("");
    expect(versions).toMatch(/^1{30}2{36}3{24}$/);
    expect(decisions[30]?.features).toMatchObject({ applications_1h: 11 });
    expect([worker.windows.events, rebuilt]).toEqual([0, []]);
  });

  test("has them made beside the work as soon as it is known, and they stand ready when it takes effect", async () => {
    const sql = await newCreditdb();
    let catalogue: CatalogueRead = { ...both, versions: both.versions.slice(0, 1) };
    const policies = new Policies({
      read: async () => catalogue,
      observer: { policiesRead: () => {}, policiesUnread: () => {} },
      pollMs: 1,
    });
    onTestFinished(() => policies.stop());
    policies.start();
    const { accept, held, worker, rebuilt } = await newWorker(sql, { policies });
    accept(stream(0, 24));
    await until(() => held.projectedOffset === 24n);
    expect(worker.windows.events).toBe(0);
    catalogue = both;
    await until(() => policies.snapshot?.planFrom("applications", held.maxTMs).windowMsMax !== 0);
    worker.prepare();
    worker.prepare();
    await until(() => rebuilt.length === 1);
    expect(rebuilt).toEqual([24]);
    accept(stream(24, 60));
    await until(() => held.projectedOffset === 60n);
    expect([worker.windows.events, rebuilt]).toEqual([60, [24]]);
    await undisturbed(sql, both);
  });
});

describe("while windows are made beside the work", () => {
  const effectiveFromMs = nowMs + 10 * 300_000;
  const both = read([version(shipped("default")), version(shipped("velocity"), { number: 2, effectiveFromMs })]);

  /** A promise, and who fulfils it. */
  function gate() {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { opened, open };
  }

  test("batches go on by those there are, and wait for the new ones only where these are needed", async () => {
    const sql = await newCreditdb();
    const policies = await policiesOf(both);
    const before = await newWorker(sql, { policies });
    before.accept(stream(0, 6));
    await until(() => before.held.projectedOffset === 6n);
    await before.worker.drop();
    const { opened, open } = gate();
    const { accept, held, rebuilt, worker } = await newWorker(holdingBack(sql, opened), { policies });
    for (let start = 6; start < 30; start += 6) {
      accept(stream(start, start + 6));
      await until(() => held.projectedOffset === BigInt(start + 6));
    }
    accept(stream(30, 36));
    await sql`select pg_sleep(0.3)`;
    expect([held.nextOffset, rebuilt]).toEqual([30n, []]);
    open();
    await until(() => held.projectedOffset === 36n);
    expect([rebuilt, worker.windows.events]).toEqual([[30], 36]);
    await undisturbed(sql, both);
  });

  test("what is committed after they were read is in them when they take their place", async () => {
    const sql = await newCreditdb();
    const before = await newWorker(sql, { policies: await policiesOf(both) });
    before.accept(stream(0, 24));
    await until(() => before.held.projectedOffset === 24n);
    await before.worker.drop();
    const { opened, open } = gate();
    const rebuiltMeanwhile = async () => {
      open();
      await until(() => rebuilt.length === 1);
    };
    const { accept, held, rebuilt, worker } = await newWorker(holdingBack(sql, opened), {
      policies: await policiesOf(both),
      committing: withOthers(rebuiltMeanwhile),
    });
    accept(stream(24, 30));
    await until(() => held.projectedOffset === 30n);
    accept(stream(30, 60));
    await until(() => held.projectedOffset === 60n);
    expect([rebuilt, worker.windows.events]).toEqual([[24], 60]);
    await undisturbed(sql, both);
  });

  test("giving the partition up ends it", async () => {
    const sql = await newCreditdb();
    const first = await newWorker(sql, { policies: await policiesOf(velocity) });
    first.accept(stream(0, 24));
    await until(() => first.held.projectedOffset === 24n);
    const { opened, open } = gate();
    const second = await newWorker(holdingBack(sql, opened), { policies: await policiesOf(velocity) });
    second.worker.prepare();
    second.accept(stream(24, 30));
    const dropped = second.worker.finish();
    open();
    await dropped;
    expect([second.rebuilt, second.failures, second.held.nextOffset]).toEqual([[], [], 24n]);
  });
});

describe("waiting for a policy", () => {
  /** A worker whose catalogue ends at a record's time, until the test answers reads with a later one. */
  async function newWaiting(sql: Database) {
    let readAtMs = nowMs;
    const policies = new Policies({
      read: async () => {
        if (readAtMs === 0) throw new Error("away");
        return { ...velocity, readAtMs };
      },
      observer: { policiesRead: () => {}, policiesUnread: () => {} },
      pollMs: 1,
    });
    onTestFinished(() => policies.stop());
    policies.start();
    const setReadAt = (ms: number) => {
      readAtMs = ms;
    };
    return { ...(await newWorker(sql, { policies })), setReadAt };
  }
  const at = (offset: number, ms: number) => record(offset, application(offset), { timestampMs: nowMs + ms });

  test("holds a batch whose last record is beyond the lease, whole, and goes on when the store answers", async () => {
    const sql = await newCreditdb();
    const { accept, held, waits, setReadAt } = await newWaiting(sql);
    accept([at(0, 0), at(1, 29_999)]);
    await until(() => held.projectedOffset === 2n);
    expect(waits.filter((why) => why !== undefined)).toEqual([]);
    setReadAt(0);
    accept([at(2, 29_999), at(3, 30_000)]);
    await until(() => waits.at(-1) !== undefined);
    expect(waits.at(-1)).toMatch(/decides records before/);
    expect(await sql`select from credit_scores`).toHaveLength(2);
    setReadAt(nowMs + 1);
    await until(() => held.projectedOffset === 4n);
    expect(waits.at(-1)).toBeUndefined();
    await undisturbed(sql);
  });

  test("does not hold records that need no policy", async () => {
    const sql = await newCreditdb();
    const { accept, held, setReadAt } = await newWaiting(sql);
    setReadAt(0);
    accept([record(0, Buffer.from("{"), { timestampMs: nowMs + hourMs })]);
    await until(() => held.projectedOffset === 1n);
  });

  test.each(["finish", "drop"] as const)(
    "is ended at once by %s, and leaves the records to the next holder",
    async (end) => {
      const sql = await newCreditdb();
      const { accept, held, waits, worker, failures } = await newWaiting(sql);
      accept([at(0, hourMs)]);
      await until(() => waits.length > 0);
      const startedMs = performance.now();
      await worker[end]();
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      expect([held.nextOffset, failures, waits.at(-1)]).toEqual([0n, [], undefined]);
      const next = await newWorker(sql, { policies: await policiesOf(velocity) });
      next.accept([at(0, hourMs)]);
      await until(() => next.held.projectedOffset === 1n);
    },
  );
});
