import { expect, test } from "vitest";
import { fraudPatternNames } from "./fraudPatterns.ts";
import { type Purchase, type PurchaseOptions, purchaseGapMsMax, simulatePurchases } from "./purchases.ts";

const options = { seed: 7, users: 300, startMs: Date.UTC(2025, 0, 1) };

function take(count: number, over: Partial<PurchaseOptions> = {}): Purchase[] {
  const source = simulatePurchases({ ...options, ...over });
  return Array.from({ length: count }, () => source.next().value);
}

const sample = take(20_000);
const ofHolders = sample.filter(({ pattern }) => pattern === undefined);

/** What cardholders paid for, by who it was. */
function byHolder(): Purchase[][] {
  const groups = new Map<string, Purchase[]>();
  for (const purchase of ofHolders) {
    const id = purchase.cardholder.user.user_id;
    groups.set(id, [...(groups.get(id) ?? []), purchase]);
  }
  return [...groups.values()];
}

test("the stream is in the order of time, and no two of it are further apart than the bound", () => {
  const gaps = sample.slice(1).map(({ timeMs }, index) => timeMs - (sample[index]?.timeMs ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(purchaseGapMsMax);
  expect(sample[0]?.timeMs).toBeGreaterThan(options.startMs);
});

test("1 to 2 % are steps of a fraud pattern, of every kind, whatever the seed", () => {
  for (const seed of [7, 8, 9]) {
    const steps = take(20_000, { seed }).flatMap(({ pattern }) => pattern ?? []);
    expect(steps.length / 20_000).toBeGreaterThan(0.01);
    expect(steps.length / 20_000).toBeLessThan(0.02);
    expect(new Set(steps)).toEqual(new Set(fraudPatternNames));
  }
});

test("the steps of a pattern are close together in the stream as well as in time", () => {
  const last = new Map<string, { index: number; timeMs: number }>();
  for (const [index, { cardholder, pattern, timeMs }] of sample.entries()) {
    if (!pattern) continue;
    const key = `${cardholder.user.user_id} ${pattern}`;
    const before = last.get(key);
    // A later pattern on the same card is another one.
    if (before && timeMs - before.timeMs < 150_000) expect(index - before.index).toBeLessThan(60);
    last.set(key, { index, timeMs });
  }
  expect(last.size).toBeGreaterThan(30);
});

test("a cardholder keeps to a few merchants, one or two devices and a level of spending", () => {
  const regular = byHolder().filter(({ length }) => length >= 20);
  expect(regular.length).toBeGreaterThan(200);
  for (const purchases of regular) {
    const [{ cardholder }] = purchases as [Purchase];
    const { levelMinor, user, merchants } = cardholder;
    expect(purchases.every(({ deviceId }) => user.deviceIds.includes(deviceId))).toBe(true);
    const favourite = purchases.filter(({ merchant }) => merchants.includes(merchant)).length;
    expect(favourite / purchases.length).toBeGreaterThan(0.5);
    // The dearest shop is at six times the level, and varies by half.
    expect(Math.max(...purchases.map(({ amountMinor }) => amountMinor))).toBeLessThan(10 * levelMinor);
  }
});

test("most purchases are made at home, some on a trip of days", () => {
  const away = ofHolders.filter(({ location, cardholder }) => location !== cardholder.home);
  expect(away.length / ofHolders.length).toBeGreaterThan(0.01);
  expect(away.length / ofHolders.length).toBeLessThan(0.3);
});

test("cards are used by day and in the hours of their holder more than at night", () => {
  const hourOf = (timeMs: number) => new Date(timeMs).getUTCHours();
  const atNight = ofHolders.filter(({ timeMs }) => hourOf(timeMs) >= 6 && hourOf(timeMs) < 12).length;
  expect(atNight / ofHolders.length).toBeLessThan(0.2);
  const apart = ofHolders.map(({ timeMs, cardholder }) => {
    const hours = Math.abs(hourOf(timeMs) - cardholder.peakHour);
    return Math.min(hours, 24 - hours);
  });
  const near = apart.filter((hours) => hours <= 6).length;
  expect(near / apart.length).toBeGreaterThan(0.6);
});

test("one cardholder alone is simulated too", () => {
  expect(new Set(take(500, { users: 1 }).map(({ cardholder }) => cardholder.user.user_id)).size).toBe(1);
});
