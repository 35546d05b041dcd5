type Numbers = Float64Array | Uint32Array;

/** A column of numbers that grows and shrinks. An index counts on for ever; it names the place that its low bits give. */
export class Cells {
  #values: Numbers;
  #mask: number;
  readonly #make: (capacity: number) => Numbers;

  /** Holds any number in eight bytes, or with `small` a count below 2^32 in four. */
  constructor(capacity: number, options: { small: boolean } = { small: false }) {
    this.#make = options.small ? (count) => new Uint32Array(count) : (count) => new Float64Array(count);
    this.#values = this.#make(capacity);
    this.#mask = capacity - 1;
  }

  get bytes(): number {
    return this.#values.byteLength;
  }

  get(at: number): number {
    return this.#values[at & this.#mask] as number;
  }

  set(at: number, value: number): void {
    this.#values[at & this.#mask] = value;
  }

  /** Gets room for `capacity` cells, a power of two, and keeps those of `[from, to)`. */
  resize(capacity: number, from: number, to: number): void {
    const values = this.#make(capacity);
    for (let at = from; at < to; at += 1) values[at & (capacity - 1)] = this.get(at);
    this.#values = values;
    this.#mask = capacity - 1;
  }

  /** Gets room for `capacity` cells and moves cell i to `places[i]`, where that is not 0. */
  renumber(capacity: number, places: Uint32Array): void {
    const values = this.#make(capacity);
    for (let at = 1; at < places.length; at += 1) if (places[at]) values[places[at] as number] = this.get(at);
    this.#values = values;
    this.#mask = capacity - 1;
  }
}

export const capacityMin = 64;

/** The capacity for `count` cells that leaves room to grow, a power of two. */
export function capacityFor(count: number): number {
  let capacity = capacityMin;
  while (capacity < 2 * count) capacity *= 2;
  return capacity;
}

/** Where each row went when rows were numbered anew, and the columns that moved with them. */
export type Renumbering = { readonly columns: readonly Cells[]; readonly places: Uint32Array };

/** What cells held before they were written, so that the writes that are not final can be taken back. */
export class Journal {
  #cells: Cells[] = [];
  #at: number[] = [];
  #before: number[] = [];
  #forgotten = 0;

  /** How many writes there have been, those that were forgotten included. */
  get written(): number {
    return this.#forgotten + this.#cells.length;
  }

  write(cells: Cells, at: number, value: number): void {
    this.#cells.push(cells);
    this.#at.push(at);
    this.#before.push(cells.get(at));
    cells.set(at, value);
  }

  /** Makes the first `written` of all writes final. */
  forget(written: number): void {
    const count = written - this.#forgotten;
    this.#cells = this.#cells.slice(count);
    this.#at = this.#at.slice(count);
    this.#before = this.#before.slice(count);
    this.#forgotten = written;
  }

  /** Follows rows to their new numbers. */
  renumber({ columns, places }: Renumbering): void {
    const moved = new Set(columns);
    for (const [entry, cells] of this.#cells.entries()) {
      if (moved.has(cells)) this.#at[entry] = places[this.#at[entry] as number] as number;
    }
  }

  /** Takes back the writes that are not final, the latest first. */
  undo(): void {
    for (let entry = this.#cells.length - 1; entry >= 0; entry -= 1) {
      this.#cells[entry]?.set(this.#at[entry] as number, this.#before[entry] as number);
    }
    this.#cells = [];
    this.#at = [];
    this.#before = [];
  }
}
