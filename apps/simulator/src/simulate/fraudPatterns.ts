import type { Cardholder } from "./cardholders.ts";
import { type City, cities } from "./cities.ts";
import { type Merchant, resaleShops, testingGrounds } from "./merchants.ts";
import type { Randomness } from "./randomness.ts";

/** One purchase of a thief: how long after the one before, what, where, and on which device. */
export type Step = { afterMs: number; amountMinor: number; location: City; merchant: Merchant; deviceId: string };

type Pattern = (victim: Cardholder, random: Randomness) => Step[];

const second = 1_000;

/** Small amounts until the card is known to work, then a large one. */
const cardTesting: Pattern = (victim, random) => {
  const deviceId = random.uuid();
  const location = farFrom(victim.home, random);
  const attempts = many(random.integer(5, 9), () => ({
    afterMs: random.integer(5 * second, 25 * second),
    amountMinor: random.integer(50, 299),
    location,
    merchant: random.pick(testingGrounds),
    deviceId,
  }));
  const prize = {
    afterMs: random.integer(30 * second, 90 * second),
    amountMinor: timesLevel(victim, 10, 25, random),
    location,
    merchant: random.pick(resaleShops),
    deviceId,
  };
  return [...attempts, prize];
};

/** A new device in a far place spends as much as it can. */
const accountTakeover: Pattern = (victim, random) => {
  const deviceId = random.uuid();
  const location = farFrom(victim.home, random);
  return many(random.integer(3, 5), () => ({
    afterMs: random.integer(30 * second, 120 * second),
    amountMinor: timesLevel(victim, 8, 20, random),
    location,
    merchant: random.pick(resaleShops),
    deviceId,
  }));
};

/** Usual purchases, unusually many. */
const burst: Pattern = (victim, random) =>
  many(random.integer(6, 12), () => ({
    afterMs: random.integer(8 * second, 25 * second),
    amountMinor: timesLevel(victim, 0.5, 2, random),
    location: victim.home,
    merchant: random.pick(victim.merchants),
    deviceId: victim.user.deviceIds[0],
  }));

/** All as usual but for an amount far above the cardholder's own level. */
const amountSpike: Pattern = (victim, random) =>
  many(random.integer(1, 2), () => ({
    afterMs: random.integer(20 * second, 120 * second),
    amountMinor: timesLevel(victim, 20, 40, random),
    location: victim.home,
    merchant: random.pick(resaleShops),
    deviceId: victim.user.deviceIds[0],
  }));

/** Copies of one card, used in several cities within minutes. */
const manyLocations: Pattern = (victim, random) => {
  const start = random.integer(0, cities.length - 1);
  return many(random.integer(4, 6), (index) => ({
    afterMs: random.integer(20 * second, 75 * second),
    amountMinor: timesLevel(victim, 0.5, 4, random),
    location: cities[(start + 7 * index) % cities.length] ?? victim.home,
    merchant: random.pick(victim.merchants),
    deviceId: random.uuid(),
  }));
};

/** What is done with a card or an account that is another's. Each is over within ten minutes. */
export const fraudPatterns = { cardTesting, accountTakeover, burst, amountSpike, manyLocations } as const;

export type FraudPattern = keyof typeof fraudPatterns;

export const fraudPatternNames = Object.keys(fraudPatterns) as [FraudPattern, ...FraudPattern[]];

function many(count: number, make: (index: number) => Step): Step[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Cents between `min` and `max` times what the cardholder usually pays. */
function timesLevel({ levelMinor }: Cardholder, min: number, max: number, random: Randomness): number {
  return Math.round(levelMinor * (min + (max - min) * random.unit()));
}

/** A city of another state. */
function farFrom(home: City, random: Randomness): City {
  const state = home.slice(-2);
  const [first, ...others] = cities.filter((city) => !city.endsWith(state));
  return random.pick([first ?? home, ...others]);
}
