import { type Cardholder, Cardholders, skewed } from "./cardholders.ts";
import { type City, cities } from "./cities.ts";
import { type FraudPattern, fraudPatternNames, fraudPatterns } from "./fraudPatterns.ts";
import { type Merchant, merchants } from "./merchants.ts";
import { Randomness } from "./randomness.ts";

/** A card is used: by its holder, or by a thief after a pattern. */
export type Purchase = {
  cardholder: Cardholder;
  timeMs: number;
  amountMinor: number;
  location: City;
  merchant: Merchant;
  deviceId: string;
  pattern: FraudPattern | undefined;
};

export type PurchaseOptions = { seed: number; users: number; startMs: number };

/** Purchases of cardholders follow each other within this time at night, and within half of it by day. */
export const purchaseGapMsMax = 30_000;

/** A cardholder for so many transactions: what one uses a card for in a day, so that few look like a burst. */
export const transactionsPerUser = 5;

/** So many purchases of cardholders are followed by a pattern on the same card; with some five steps each. */
const patternShare = 0.003;

const tripShare = 0.004;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * Endless purchases of one seed, in the order of time. A pattern's steps are due among the purchases of others, so they are
 * as close together in the stream as they are in time.
 */
export function* simulatePurchases({ seed, users, startMs }: PurchaseOptions): Generator<Purchase, never> {
  const random = new Randomness([seed, 4]);
  const cardholders = new Cardholders(seed, users);
  const trips = new Trips();
  const due: Purchase[] = [];
  for (let timeMs = startMs; ; ) {
    const hour = Math.floor(timeMs / hourMs) % 24;
    timeMs += random.integer(1, isNight(hour) ? purchaseGapMsMax : purchaseGapMsMax / 2);
    for (let next = due[0]; next && next.timeMs <= timeMs; next = due[0]) {
      due.shift();
      yield next;
    }
    const cardholder = cardholders.awakeAt(hour, random);
    yield usualPurchase(cardholder, timeMs, trips, random);
    if (random.unit() >= patternShare) continue;
    due.push(...stepsOf(random.pick(fraudPatternNames), cardholder, timeMs, random));
    due.sort((one, other) => one.timeMs - other.timeMs);
  }
}

/** From one in the morning on the East Coast to five in the West, UTC. */
function isNight(hour: number): boolean {
  return hour >= 6 && hour < 12;
}

function usualPurchase(cardholder: Cardholder, timeMs: number, trips: Trips, random: Randomness): Purchase {
  const { user, levelMinor } = cardholder;
  const [device, other = device] = user.deviceIds;
  const merchant = skewed(random.unit() < 0.9 ? cardholder.merchants : merchants, random);
  return {
    cardholder,
    timeMs,
    amountMinor: Math.max(100, Math.round(levelMinor * merchant.factor * (0.4 + 1.2 * random.unit()))),
    location: trips.locationOf(cardholder, timeMs, random),
    merchant,
    deviceId: random.unit() < 0.85 ? device : other,
    pattern: undefined,
  };
}

function stepsOf(pattern: FraudPattern, cardholder: Cardholder, startMs: number, random: Randomness): Purchase[] {
  let timeMs = startMs;
  return fraudPatterns[pattern](cardholder, random).map(({ afterMs, ...step }) => {
    timeMs += afterMs;
    return { cardholder, timeMs, ...step, pattern };
  });
}

/** Who is away from home, where, and until when. */
class Trips {
  readonly #trips = new Map<string, { city: City; untilMs: number }>();

  locationOf({ user, home }: Cardholder, timeMs: number, random: Randomness): City {
    const trip = this.#trips.get(user.user_id);
    if (trip && timeMs < trip.untilMs) return trip.city;
    if (random.unit() >= tripShare) return home;
    const city = random.pick(cities);
    this.#trips.set(user.user_id, { city, untilMs: timeMs + random.integer(1, 4) * dayMs });
    return city;
  }
}
