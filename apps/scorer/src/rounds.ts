type Asked<Item> = { items: readonly Item[]; resolve: () => void; reject: (error: unknown) => void };

/**
 * Work that several partitions ask for and that costs less for many than for each: what is asked for while a round is under
 * way is done together in the next. Where a round fails, each that asked is done alone, so that none fails for another.
 */
export class Rounds<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  #waiting: Asked<Item>[] = [];
  #isRunning = false;

  constructor(work: (items: readonly Item[]) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves once the work on these is done; rejects as the work does. */
  async do(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#round(this.#waiting.splice(0));
    this.#isRunning = false;
  }

  async #round(asked: readonly Asked<Item>[]): Promise<void> {
    try {
      await this.#work(asked.flatMap(({ items }) => items));
      for (const { resolve } of asked) resolve();
    } catch (error) {
      if (asked.length === 1) asked[0]?.reject(error);
      else for (const each of asked) await this.#round([each]);
    }
  }
}
