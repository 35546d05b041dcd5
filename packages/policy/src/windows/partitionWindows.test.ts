import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bruteForce, feature, policyOf, type TimedEvent } from "../../test/windows.ts";
import { inputMax } from "../ir.ts";
import { PartitionWindows, type WindowMark } from "./partitionWindows.ts";
import { WindowPlan } from "./plan.ts";

const windowsMs = [10, 25, 100];
const policy = policyOf(
  windowsMs.flatMap((windowMs) => [
    feature("count", windowMs),
    feature("sum", windowMs, "loan_amount", 10_000_000),
    feature("min", windowMs, "loan_amount"),
    feature("max", windowMs, "loan_amount"),
    feature("min", windowMs, "rate"),
    feature("distinct", windowMs, "device_id"),
    feature("distinct", windowMs, "loan_amount"),
    feature("distinct", windowMs, "purpose"),
  ]),
);
const plan = new WindowPlan([policy]);
const pick = plan.picker(policy);
const windowMsMax = plan.windowMsMax;

const addition = fc.record({
  kind: fc.constant("add" as const),
  user_id: fc.constantFrom("a", "b", "c"),
  // Ties, and steps that land before, exactly on and behind the edges of every window.
  stepMs: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 9, 10, 11, 24, 25, 26, 99, 100, 101, 500),
  loan_amount_minor: fc.oneof(fc.constantFrom(1, 2, 3, 999_999_999_999), fc.integer({ min: 1, max: 5_000_000 })),
  device_id: fc.constantFrom(undefined, "", "d1", "d2", "ḋ"),
  attributes: fc.constantFrom(
    undefined,
    {},
    { rate: 1.5 },
    { rate: -9 },
    { rate: "x", purpose: "car" },
    { purpose: 1 },
  ),
});
const step = fc.oneof(
  { weight: 12, arbitrary: addition },
  { weight: 1, arbitrary: fc.constant({ kind: "commit" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "mark" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "commit mark" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "rollback" as const }) },
);
const additions = fc.array(addition, { maxLength: 300 });

function timed(steps: readonly (typeof addition extends fc.Arbitrary<infer Step> ? Step : never)[]): TimedEvent[] {
  let tMs = 1_000;
  return steps.map(({ stepMs, kind, ...event }) => {
    tMs += stepMs;
    return { ...event, tMs, credit_score: 700 };
  });
}

function inWindow(events: readonly TimedEvent[]): TimedEvent[] {
  const lastMs = events.at(-1)?.tMs ?? 0;
  return events.filter(({ tMs }) => tMs > lastMs - windowMsMax);
}

describe("every aggregate equals its definition", () => {
  test("over any events: ties, edges of the windows, values that are missing", () => {
    fc.assert(
      fc.property(additions, (steps) => {
        const windows = new PartitionWindows(plan);
        const events = timed(steps);
        for (const [index, event] of events.entries()) {
          const values = pick(windows.add(event.tMs, event));
          expect(values).toEqual(bruteForce(policy, events.slice(0, index + 1)));
        }
      }),
      { numRuns: 150 },
    );
  });

  test("over any order of additions, marks, commits and rollbacks, as if what was rolled back had never been", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const windows = new PartitionWindows(plan);
        let committed: TimedEvent[] = [];
        let events: TimedEvent[] = [];
        let marks: { mark: WindowMark; events: TimedEvent[] }[] = [];
        for (const { kind, ...next } of steps) {
          if (kind === "rollback") {
            windows.rollback();
            events = [...committed];
            marks = [];
          } else if (kind === "mark") {
            marks.push({ mark: windows.mark(), events: [...events] });
          } else if (kind === "commit mark") {
            const [earliest] = marks.splice(0, 1);
            if (!earliest) continue;
            windows.commit(earliest.mark);
            committed = earliest.events;
          } else if (kind === "commit") {
            windows.commit();
            committed = [...events];
            marks = [];
            const held = inWindow(events);
            expect(windows.size).toMatchObject({
              events: held.length,
              users: new Set(held.map((event) => event.user_id)).size,
            });
          } else {
            const { stepMs, ...event } = next as Omit<ReturnType<typeof timed>[number], "tMs"> & { stepMs: number };
            const tMs = (events.at(-1)?.tMs ?? 1_000) + stepMs;
            const whole = { ...event, credit_score: 700, loan_amount_minor: 1 };
            events.push({ ...whole, tMs });
            expect(pick(windows.add(tMs, whole))).toEqual(bruteForce(policy, events));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("after a rollback the state goes on like one that is rebuilt from the committed events in the windows", () => {
    fc.assert(
      fc.property(additions, additions, additions, (committed, discarded, later) => {
        const events = timed([...committed, ...later]);
        const [before, after] = [events.slice(0, committed.length), events.slice(committed.length)];
        const lived = new PartitionWindows(plan);
        for (const event of before) lived.add(event.tMs, event);
        lived.commit();
        for (const event of timed([...committed, ...discarded]).slice(committed.length)) lived.add(event.tMs, event);
        lived.rollback();
        const rebuilt = new PartitionWindows(plan);
        for (const event of inWindow(before)) rebuilt.add(event.tMs, event);
        rebuilt.commit();
        for (const event of after) expect(lived.add(event.tMs, event)).toEqual(rebuilt.add(event.tMs, event));
        lived.commit();
        rebuilt.commit();
        expect(lived.size).toEqual(rebuilt.size);
      }),
      { numRuns: 100 },
    );
  });
});

const simple = policyOf([
  feature("count", 1_000),
  feature("sum", 1_000, "loan_amount", inputMax),
  feature("distinct", 1_000, "device_id"),
  feature("max", 1_000, "loan_amount"),
]);
const simplePlan = new WindowPlan([simple]);
const pickSimple = simplePlan.picker(simple);
const event = (user_id: string, loan_amount_minor = 100, device_id = "d") => ({
  user_id,
  credit_score: 700,
  loan_amount_minor,
  device_id,
});

describe("a window", () => {
  test("is half open: an event exactly as long ago as the window has left it, one a millisecond younger has not", () => {
    const windows = new PartitionWindows(simplePlan);
    windows.add(0, event("u", 1));
    expect(pickSimple(windows.add(999, event("u", 2)))).toEqual([2, 3, 1, 2]);
    expect(pickSimple(windows.add(1_000, event("u", 4)))).toEqual([2, 6, 1, 4]);
  });

  test("holds a user's own events only", () => {
    const windows = new PartitionWindows(simplePlan);
    windows.add(0, event("u", 1));
    expect(pickSimple(windows.add(0, event("v", 2)))).toEqual([1, 2, 1, 2]);
  });

  test("sums exactly beyond 2^53, clamps to the cap, and comes back below it", () => {
    const windows = new PartitionWindows(simplePlan);
    for (let i = 0; i < 30; i += 1) windows.add(0, event("u", inputMax));
    expect(pickSimple(windows.add(0, event("u", 1)))[1]).toBe(inputMax);
    windows.add(999, event("u", inputMax - 2));
    expect(pickSimple(windows.add(1_000, event("u", 1)))[1]).toBe(inputMax - 1);
  });

  test("takes no event whose time falls, and stays as it was once that is rolled back", () => {
    const windows = new PartitionWindows(simplePlan);
    windows.add(5, event("u"));
    windows.commit();
    expect(() => windows.add(4, event("u"))).toThrow(/falls from 5 to 4/);
    windows.rollback();
    expect(pickSimple(windows.add(5, event("u")))[0]).toBe(2);
  });

  test("that needs a value does not take an event without it, and stays as it was once that is rolled back", () => {
    const optional = { name: "rate", origin: "attribute", type: { kind: "number", scale: 0, min: 0, max: 9 } } as const;
    const faulty = policyOf([feature("count", 9), feature("max", 9, "rate")], [{ ...optional, optional: true }]);
    const windows = new PartitionWindows(new WindowPlan([faulty]));
    expect(() => windows.add(0, event("u"))).toThrow(/rate is missing/);
    windows.rollback();
    expect(windows.size).toMatchObject({ users: 0, events: 0 });
    expect(windows.add(0, { ...event("u"), attributes: { rate: 3 } })).toEqual([1, 3]);
  });
});

test("a plan without windows keeps nothing", () => {
  const windows = new PartitionWindows(new WindowPlan([policyOf([])]));
  const { bytes } = windows.size;
  for (let tMs = 0; tMs < 1_000; tMs += 1) expect(windows.add(tMs, event(`u${tMs}`))).toEqual([]);
  windows.commit();
  expect(windows.size).toEqual({ users: 0, events: 0, bytes });
});

describe("memory", () => {
  test("is bounded by the events in the longest window, whatever came before", () => {
    const windows = new PartitionWindows(simplePlan);
    const empty = windows.size.bytes;
    for (let i = 0; i < 50_000; i += 1) windows.add(0, event(`user-${i}`, 1 + (i % 100), `device-${i}`));
    windows.commit();
    const full = windows.size;
    expect(full).toMatchObject({ users: 50_000, events: 50_000 });
    windows.add(1_000, event("last"));
    windows.commit();
    expect(windows.size).toMatchObject({ users: 1, events: 1 });
    expect(windows.size.bytes).toBeLessThan(empty + 1_000);
    expect(full.bytes).toBeGreaterThan(100 * empty);
  });

  test("is given back without a trace on the users and events that stay", () => {
    const windows = new PartitionWindows(simplePlan);
    for (let i = 0; i < 20_000; i += 1) windows.add(0, event(`user-${i}`, 1_000, `device-${i}`));
    const staying = [3, 500, 19_999].map((i) => `user-${i}`);
    for (const [index, user] of staying.entries()) windows.add(500, event(user, 10 + index, "d1"));
    windows.commit();
    windows.add(1_000, event("other"));
    windows.commit();
    expect(windows.size).toMatchObject({ users: 4, events: 4 });
    for (const [index, user] of staying.entries()) {
      expect(pickSimple(windows.add(1_001, event(user, 5, "d2")))).toEqual([2, 15 + index, 2, 10 + index]);
      expect(pickSimple(windows.add(1_001, event(user, 50, "d1")))).toEqual([3, 65 + index, 2, 50]);
    }
  });

  test("is given back while events that are not final wait, and these can still be taken back", () => {
    const windows = new PartitionWindows(simplePlan);
    for (let i = 0; i < 20_000; i += 1) windows.add(0, event(`user-${i}`, 1_000, `device-${i}`));
    for (let i = 0; i < 50; i += 1) windows.add(500, event(`user-${19_000 + i}`, 10 + i, "d1"));
    windows.commit();
    const full = windows.size;
    windows.add(1_000, event("other"));
    const mark = windows.mark();
    for (let i = 0; i < 50; i += 1) windows.add(1_001, event(`user-${19_000 + i}`, 5, "d2"));
    windows.commit(mark);
    expect(windows.size).toMatchObject({ users: 51, events: 101 });
    expect(windows.size.bytes).toBeLessThan(full.bytes / 20);
    windows.rollback();
    expect(windows.size).toMatchObject({ users: 51, events: 51 });
    for (let i = 0; i < 50; i += 1) {
      expect(pickSimple(windows.add(1_001, event(`user-${19_000 + i}`, 5, "d2")))).toEqual([2, 15 + i, 2, 10 + i]);
    }
  });

  test("stays level while as many events come as leave", () => {
    const windows = new PartitionWindows(simplePlan);
    const bytes: number[] = [];
    for (let i = 0; i < 40_000; i += 1) {
      windows.add(i, event(`user-${i % 3_000}`, 1 + (i % 100), `device-${i}`));
      if (i % 100 !== 99) continue;
      windows.commit();
      if (i >= 2_000) bytes.push(windows.size.bytes);
    }
    expect(Math.max(...bytes)).toBeLessThan(1.5 * Math.min(...bytes));
  });
});

test("a user with 100,000 events in a window costs no more for each than one with few", () => {
  // Rising and falling values are the worst cases of the greatest and the least; a scan would take minutes.
  const hot = policyOf([
    feature("count", 1e9),
    feature("sum", 1e9, "loan_amount", inputMax),
    feature("min", 1e9, "loan_amount"),
    feature("max", 1e9, "loan_amount"),
    feature("distinct", 1e9, "device_id"),
    feature("max", 5_000, "loan_amount"),
  ]);
  const hotPlan = new WindowPlan([hot]);
  const windows = new PartitionWindows(hotPlan);
  const count = 100_000;
  let values: readonly number[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < count; i += 1) {
    values = windows.add(i, event("hot", i < count / 2 ? i + 1 : count - i, `d${i % 7}`));
    if (i % 2_000 === 1_999) windows.commit();
  }
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  const sum = (2 * ((count / 2) * (count / 2 + 1))) / 2;
  expect(hotPlan.picker(hot)(values)).toEqual([count, sum, 1, count / 2, 7, 5_000]);
});
