import { base, en, Faker } from "@faker-js/faker";

/**
 * A stream of random values that `seeds` alone decide, the same on every platform: only additions and multiplications
 * are made on the generator's doubles, since ECMAScript leaves the last digit of Math.log and Math.cos to the engine.
 */
export class Randomness {
  readonly faker = new Faker({ locale: [en, base] });

  constructor(seeds: number[]) {
    this.reseed(seeds);
  }

  /** Starts again from other seeds: cheaper than another generator. */
  reseed(seeds: number[]): void {
    this.faker.seed(seeds);
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.faker.number.float();
  }

  /** A uniform integer in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1));
  }

  /** An integer, about normally distributed (Irwin-Hall: twelve uniforms), held within [min, max]. */
  normalInteger(mean: number, deviation: number, min: number, max: number): number {
    let sum = -6;
    for (let draws = 0; draws < 12; draws++) sum += this.unit();
    return Math.min(max, Math.max(min, Math.round(mean + deviation * sum)));
  }

  /** One of `choices`, each as likely. */
  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(this.unit() * choices.length)] ?? choices[0];
  }

  uuid(): string {
    return this.faker.string.uuid();
  }
}
