import { Cells, capacityFor, capacityMin, type Renumbering } from "./cells.ts";

// Measured on Node 20: an entry of a Map, its place in `#keys`, and a string without its characters.
const entryBytes = 96;

/**
 * Rows by key (a user; a user's device), each kept for as long as an event refers to it. Rows are numbered from 1; an
 * event that refers to none has 0.
 */
export class Rows {
  /** Which row each event refers to, by the event's number. */
  readonly refs: Cells;
  readonly #rowOf = new Map<string, number>();
  readonly #columns: Cells[] = [];
  #keys: string[] = [""];
  #free: number[] = [];
  /** How many events refer to each row. */
  #held: Cells;
  #capacity = capacityMin;
  #keyChars = 0;

  constructor(refs: Cells) {
    this.refs = refs;
    this.#held = this.column({ small: true });
  }

  get size(): number {
    return this.#rowOf.size;
  }

  /** Bytes of the columns, and about those of the keys. */
  get bytes(): number {
    const columns = this.#columns.reduce((sum, cells) => sum + cells.bytes, 0);
    return columns + this.size * entryBytes + this.#keyChars;
  }

  /** A new column: a number for each row, 0 at first. */
  column(options?: { small: boolean }): Cells {
    const cells = new Cells(this.#capacity, options);
    this.#columns.push(cells);
    return cells;
  }

  /** Lets event `seq` refer to the row of `key`, a new one where there is none. Gives the row. */
  refer(seq: number, key: string): number {
    const row = this.#rowOf.get(key) ?? this.#allocate(key);
    this.#held.set(row, this.#held.get(row) + 1);
    this.refs.set(seq, row);
    return row;
  }

  /** Event `seq` refers to its row no longer; a row without events is forgotten. */
  release(seq: number): void {
    const row = this.refs.get(seq);
    if (row === 0) return;
    const held = this.#held.get(row) - 1;
    this.#held.set(row, held);
    if (held > 0) return;
    const key = this.#keys[row] as string;
    this.#rowOf.delete(key);
    this.#keys[row] = "";
    this.#keyChars -= key.length;
    this.#free.push(row);
  }

  /** Numbers the rows anew when most of them are free, and says how. Events `[from, to)` are those that refer to any. */
  shrink(from: number, to: number): Renumbering | undefined {
    const capacity = capacityFor(this.size);
    if (this.#capacity <= capacity) return undefined;
    const places = new Uint32Array(this.#keys.length);
    const keys = [""];
    for (const [key, row] of this.#rowOf) {
      places[row] = keys.length;
      this.#rowOf.set(key, keys.length);
      keys.push(key);
    }
    for (const cells of this.#columns) cells.renumber(capacity, places);
    for (let seq = from; seq < to; seq += 1) this.refs.set(seq, places[this.refs.get(seq)] as number);
    this.#capacity = capacity;
    this.#keys = keys;
    this.#free = [];
    return { columns: this.#columns, places };
  }

  #allocate(key: string): number {
    const row = this.#free.pop() ?? this.#keys.length;
    if (row >= this.#capacity) {
      for (const cells of this.#columns) cells.resize(2 * this.#capacity, 0, this.#capacity);
      this.#capacity *= 2;
    }
    for (const cells of this.#columns) cells.set(row, 0);
    this.#keys[row] = key;
    this.#rowOf.set(key, row);
    this.#keyChars += key.length;
    return row;
  }
}
