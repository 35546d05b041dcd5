import { type CardType, cardTypes } from "@scoreline/contracts";
import { type City, cities } from "./cities.ts";
import { type Merchants, merchants } from "./merchants.ts";
import { Randomness } from "./randomness.ts";
import { type User, Users } from "./users.ts";

/** A customer with a card, and the habits that its use is known by. */
export type Cardholder = {
  user: User;
  home: City;
  /** The favourites, the most visited first. */
  merchants: Merchants;
  cardType: CardType;
  /** Cents of a purchase at a shop of factor 1, about. */
  levelMinor: number;
  /** The hour of the day (0 to 23, UTC) around which the card is used most. */
  peakHour: number;
};

/** The cardholders of one seed, who are the customers of its loan applications. */
export class Cardholders {
  readonly #users: Users;
  readonly #seed: number;
  readonly #known = new Map<number, Cardholder>();
  readonly #random: Randomness;

  constructor(seed: number, count: number) {
    this.#users = new Users(seed, count);
    this.#seed = seed;
    this.#random = new Randomness([seed, 3]);
  }

  /** Anyone, those more likely whose hour it is. */
  awakeAt(hour: number, random: Randomness): Cardholder {
    let cardholder = this.#any(random);
    for (let tries = 1; tries < triesMax && random.unit() > activityAt(hour, cardholder); tries++) {
      cardholder = this.#any(random);
    }
    return cardholder;
  }

  #any(random: Randomness): Cardholder {
    const index = random.integer(0, this.#users.count - 1);
    const known = this.#known.get(index);
    if (known) return known;
    this.#random.reseed([this.#seed, 3, index]);
    const cardholder = makeCardholder(this.#users.at(index), this.#random);
    this.#known.set(index, cardholder);
    return cardholder;
  }
}

/** A night without anyone awake takes whom it finds. */
const triesMax = 8;

/** From 0 at twelve hours from the peak to 1 at the peak. */
function activityAt(hour: number, { peakHour }: Cardholder): number {
  const apart = Math.abs(hour - peakHour);
  return 1 - Math.min(apart, 24 - apart) / 12;
}

function makeCardholder(user: User, random: Randomness): Cardholder {
  const favourites = Array.from({ length: random.integer(3, 6) }, () => skewed(merchants, random));
  return {
    user,
    home: skewed(cities, random),
    merchants: [skewed(merchants, random), ...favourites],
    cardType: skewed(cardTypes, random),
    levelMinor: Math.round(1_500 + 9_000 * random.unit() ** 2),
    // Noon to nine in the evening on the East Coast, later in the West.
    peakHour: random.integer(17, 27) % 24,
  };
}

/** One of `choices`, the first ones more often. */
export function skewed<Choice>(choices: readonly [Choice, ...Choice[]], random: Randomness): Choice {
  return choices[Math.floor(choices.length * random.unit() ** 2)] ?? choices[0];
}
