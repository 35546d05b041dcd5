/** A record to produce: its key is the user's id, which decides its partition. */
export type BenchRecord = { key: string; value: string };

/** The moment before the first application, epoch seconds: past on every machine's clock. */
const startSeconds = Date.UTC(2025, 0, 1) / 1_000;

/** A user applies twice on average, so that velocity clauses hold now and then and not as a rule. */
const recordsPerUser = 2;
const usersMin = 500;

/** The share with a score below 450 and more than 15,000, which the default policy calls fraud. */
const riskyShare = 0.02;

const regions = ["California", "Texas", "Florida", "New York", "Ohio", "Georgia", "Michigan", "Washington"] as const;
const purposes = ["car", "debt_consolidation", "education", "home_improvement", "medical", "small_business"] as const;

type Facts = { user: number; credit_score: number; loan_amount: string; timestamp: string };

/**
 * Valid applications without a repeat, the same for each seed: some 250 bytes of JSON or, `narrow`, the five required
 * fields alone, with integers as ids.
 */
export class Records {
  readonly #random: () => number;
  readonly #narrow: boolean;
  readonly #users: number;
  #made = 0;

  constructor(options: { seed: number; expected: number; narrow: boolean }) {
    this.#random = mulberry32(options.seed);
    this.#narrow = options.narrow;
    this.#users = Math.max(usersMin, Math.ceil(options.expected / recordsPerUser));
  }

  next(): BenchRecord {
    this.#made += 1;
    const facts = this.#facts();
    return this.#narrow ? narrowRecord(this.#made, facts) : this.#wideRecord(this.#made, facts);
  }

  #facts(): Facts {
    const risky = this.#random() < riskyShare;
    const user = this.#integer(1, this.#users);
    const credit_score = risky ? this.#integer(300, 449) : this.#integer(450, 850);
    const cents = risky ? this.#integer(1_500_001, 3_500_000) : 100_000 + Math.floor(3_900_000 * this.#random() ** 2);
    const timestamp = (startSeconds + this.#made / 100).toFixed(2);
    return { user, credit_score, loan_amount: (cents / 100).toFixed(2), timestamp };
  }

  #wideRecord(id: number, { user, credit_score, loan_amount, timestamp }: Facts): BenchRecord {
    const device = `d-${user}-${this.#random() < 0.1 ? 2 : 1}`;
    const applicant = `{"age":${18 + (user % 60)},"region":"${regions[user % regions.length]}"}`;
    const income = 20_000 + 100 * (user % 1_000);
    const dti = (this.#integer(0, 6_000) / 100).toFixed(2);
    const attributes = `{"annual_income":${income},"dti":${dti},"purpose":"${purposes[id % purposes.length]}"}`;
    const value =
      `{"application_id":"bench-${id}","user_id":"u-${user}","credit_score":${credit_score},"loan_amount":${loan_amount},` +
      `"timestamp":${timestamp},"device_id":"${device}","applicant":${applicant},"attributes":${attributes}}`;
    return { key: `u-${user}`, value };
  }

  #integer(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1));
  }
}

function narrowRecord(id: number, { user, credit_score, loan_amount, timestamp }: Facts): BenchRecord {
  const value =
    `{"application_id":${id},"user_id":${user},"credit_score":${credit_score},"loan_amount":${loan_amount},` +
    `"timestamp":${timestamp}}`;
  return { key: String(user), value };
}

/** Uniform in [0, 1): Tommy Ettinger's mulberry32, whose 32 bits of state are enough for this. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
