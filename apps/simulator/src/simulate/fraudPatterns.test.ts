import { describe, expect, test } from "vitest";
import { Cardholders } from "./cardholders.ts";
import { fraudPatternNames, fraudPatterns } from "./fraudPatterns.ts";
import { Randomness } from "./randomness.ts";

const random = new Randomness([1, 1]);
const cardholders = new Cardholders(1, 200);
const cases = Array.from({ length: 300 }, () => cardholders.awakeAt(20, random));
const minuteMs = 60_000;

const casesOf = (name: keyof typeof fraudPatterns) =>
  cases.map((victim) => ({ victim, steps: fraudPatterns[name](victim, random) }));

test.each(fraudPatternNames)("%s is over within ten minutes", (name) => {
  for (const { steps } of casesOf(name)) {
    expect(steps.reduce((sum, { afterMs }) => sum + afterMs, 0)).toBeLessThanOrEqual(10 * minuteMs);
    expect(steps.every(({ afterMs, amountMinor }) => afterMs > 0 && amountMinor > 0)).toBe(true);
  }
});

describe("each pattern is what its name says", () => {
  test("card testing: many small amounts on a strange device, then a large one", () => {
    for (const { victim, steps } of casesOf("cardTesting")) {
      const prize = steps.at(-1);
      const attempts = steps.slice(0, -1);
      expect(attempts.length).toBeGreaterThanOrEqual(5);
      expect(Math.max(...attempts.map(({ amountMinor }) => amountMinor))).toBeLessThan(300);
      expect(prize?.amountMinor).toBeGreaterThanOrEqual(10 * victim.levelMinor - 1);
      const devices = new Set(steps.map(({ deviceId }) => deviceId));
      expect([devices.size, victim.user.deviceIds.some((own) => devices.has(own))]).toEqual([1, false]);
    }
  });

  test("account takeover: a new device in another state, large amounts", () => {
    for (const { victim, steps } of casesOf("accountTakeover")) {
      expect(steps.length).toBeGreaterThanOrEqual(3);
      for (const { amountMinor, location, deviceId } of steps) {
        expect(amountMinor).toBeGreaterThanOrEqual(8 * victim.levelMinor - 1);
        expect(location.slice(-2)).not.toBe(victim.home.slice(-2));
        expect(victim.user.deviceIds).not.toContain(deviceId);
      }
    }
  });

  test("burst: at least six usual purchases", () => {
    for (const { victim, steps } of casesOf("burst")) {
      expect(steps.length).toBeGreaterThanOrEqual(6);
      for (const { amountMinor, location, deviceId } of steps) {
        expect(amountMinor).toBeLessThanOrEqual(2 * victim.levelMinor + 1);
        expect([location, deviceId]).toEqual([victim.home, victim.user.deviceIds[0]]);
      }
    }
  });

  test("amount spike: far above the cardholder's own level", () => {
    for (const { victim, steps } of casesOf("amountSpike")) {
      for (const { amountMinor } of steps) expect(amountMinor).toBeGreaterThanOrEqual(20 * victim.levelMinor - 1);
    }
  });

  test("many locations: at least four cities, none twice", () => {
    for (const { steps } of casesOf("manyLocations")) {
      expect(steps.length).toBeGreaterThanOrEqual(4);
      expect(new Set(steps.map(({ location }) => location)).size).toBe(steps.length);
    }
  });
});
