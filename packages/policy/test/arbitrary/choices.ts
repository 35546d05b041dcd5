/**
 * Choices read off a list of numbers, 0 once it is used up. What comes first in a list, and false, is the simplest: so a
 * shorter list of smaller numbers makes a simpler policy, and fast-check's shrinking of the list simplifies it.
 */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 to `max`, both included. */
  upTo(max: number): number {
    const number = this.#numbers[this.#at++] ?? 0;
    return number % (max + 1);
  }

  /** True in `times` of a hundred. */
  chance(times: number): boolean {
    return this.upTo(99) >= 100 - times;
  }

  pick<Item>(list: readonly Item[]): Item {
    return list[this.upTo(list.length - 1)] as Item;
  }

  /** Some of a list, in its order, each in `times` of a hundred. */
  some<Item>(list: readonly Item[], times: number): Item[] {
    return list.filter(() => this.chance(times));
  }
}
