import { Cells, capacityFor, capacityMin } from "./cells.ts";

/** The events that are held, in order, numbered from 1 for ever: a ring with columns. Number 0 is no event. */
export class Events {
  #first = 1;
  #end = 1;
  #capacity = capacityMin;
  readonly #columns: Cells[] = [];

  /** The number of the next event. */
  get end(): number {
    return this.#end;
  }

  get size(): number {
    return this.#end - this.#first;
  }

  get bytes(): number {
    return this.#columns.reduce((sum, cells) => sum + cells.bytes, 0);
  }

  /** A new column: a number for each event, 0 at first. */
  column(options?: { small: boolean }): Cells {
    const cells = new Cells(this.#capacity, options);
    this.#columns.push(cells);
    return cells;
  }

  /** Takes an event in and gives its number. */
  push(): number {
    if (this.size === this.#capacity) this.#resize(2 * this.#capacity);
    for (const cells of this.#columns) cells.set(this.#end, 0);
    this.#end += 1;
    return this.#end - 1;
  }

  /** Takes back the events from `end` on. */
  truncate(end: number): void {
    this.#end = end;
  }

  /** Lets go of the events before `first`, and of room that is not needed. */
  letGo(first: number): void {
    this.#first = first;
    const capacity = capacityFor(this.size);
    if (capacity < this.#capacity) this.#resize(capacity);
  }

  #resize(capacity: number): void {
    for (const cells of this.#columns) cells.resize(capacity, this.#first, this.#end);
    this.#capacity = capacity;
  }
}
