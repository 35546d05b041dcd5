import { Randomness } from "./randomness.ts";

/** A customer whose attributes stay the same in all that they send. */
export type User = {
  user_id: string;
  applicant: { name: string; age: number; gender: string; region: string };
  deviceIds: readonly [string, ...string[]];
  /** The centre of this user's credit scores. */
  scoreCentre: number;
  /** US dollars a year. */
  annualIncome: number;
  employmentYears: number;
};

/** One user in so many is in financial distress; user 0 always is, so that risky applications have an author. */
const distressedEvery = 25;

/** The customers of one seed. User `n` is the same whatever `count` is and whichever users were asked for before. */
export class Users {
  readonly count: number;
  readonly #seed: number;
  readonly #known = new Map<number, User>();
  readonly #random: Randomness;

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.count = count;
    this.#random = new Randomness([seed, 0]);
  }

  any(random: Randomness): User {
    return this.at(random.integer(0, this.count - 1));
  }

  /** A user whose credit score is far below 450. */
  distressed(random: Randomness): User {
    return this.at(distressedEvery * random.integer(0, Math.floor((this.count - 1) / distressedEvery)));
  }

  /** User `index`, from 0 to `count` - 1. */
  at(index: number): User {
    const known = this.#known.get(index);
    if (known) return known;
    this.#random.reseed([this.#seed, 1, index]);
    const user = makeUser(`u${this.#seed}-${index}`, index % distressedEvery === 0, this.#random);
    this.#known.set(index, user);
    return user;
  }
}

function makeUser(user_id: string, distressed: boolean, random: Randomness): User {
  const sex = random.pick(["female", "male"] as const);
  const scoreCentre = distressed ? random.normalInteger(400, 20, 330, 430) : random.normalInteger(680, 80, 480, 840);
  const age = random.normalInteger(42, 13, 18, 88);
  return {
    user_id,
    applicant: {
      name: random.faker.person.fullName({ sex }),
      age,
      gender: random.unit() < 0.02 ? "non-binary" : sex,
      region: random.faker.location.state(),
    },
    deviceIds: random.unit() < 0.3 ? [random.uuid(), random.uuid()] : [random.uuid()],
    scoreCentre,
    annualIncome: 100 * Math.round((18_000 + 90 * (scoreCentre - 300) + 60_000 * random.unit() ** 2) / 100),
    employmentYears: random.integer(0, Math.min(30, age - 18)),
  };
}
