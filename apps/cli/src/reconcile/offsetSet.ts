/** Offsets `[from, to)`. */
export type OffsetRange = { from: bigint; to: bigint };

const wordBits = 32;

/**
 * A set of offsets within `[start, end)`, one bit each: 1,000,000 offsets take 125 kB, so that a whole partition can be
 * compared in memory. Sets that are combined have the same bounds.
 */
export class OffsetSet {
  readonly start: bigint;
  readonly end: bigint;
  readonly #words: Uint32Array;

  constructor({ start, end }: { start: bigint; end: bigint }) {
    this.start = start;
    this.end = end;
    this.#words = new Uint32Array(Math.ceil(Number(end - start) / wordBits));
  }

  /** Adds an offset within the bounds; false when it was there already. */
  add(offset: bigint): boolean {
    const index = this.#indexOf(offset);
    const [word, bit] = [index >>> 5, 1 << (index & 31)];
    const before = this.#words[word] ?? 0;
    this.#words[word] = before | bit;
    return (before & bit) === 0;
  }

  /** Adds what of a range lies within the bounds. */
  addRange({ from, to }: OffsetRange): this {
    const end = to < this.end ? to : this.end;
    let offset = from > this.start ? from : this.start;
    while (offset < end) {
      const index = this.#indexOf(offset);
      if ((index & 31) === 0 && end - offset >= wordBits) {
        this.#words[index >>> 5] = 0xffff_ffff;
        offset += BigInt(wordBits);
      } else {
        this.add(offset);
        offset += 1n;
      }
    }
    return this;
  }

  has(offset: bigint): boolean {
    if (offset < this.start || offset >= this.end) return false;
    const index = this.#indexOf(offset);
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  get size(): number {
    return this.#words.reduce((total, word) => total + bitsOf(word), 0);
  }

  /** What is in this set, in the other one, or in both. */
  or(other: OffsetSet): OffsetSet {
    return this.#combined(other, (mine, theirs) => mine | theirs);
  }

  /** What is in both sets. */
  and(other: OffsetSet): OffsetSet {
    return this.#combined(other, (mine, theirs) => mine & theirs);
  }

  /** What is in this set and not in the other one. */
  minus(other: OffsetSet): OffsetSet {
    return this.#combined(other, (mine, theirs) => mine & ~theirs);
  }

  /** What of this set lies in a range. */
  within(range: OffsetRange): OffsetSet {
    return this.and(new OffsetSet(this).addRange(range));
  }

  /** The offsets as ranges without a hole, in order. */
  *ranges(): Generator<OffsetRange> {
    let from: bigint | undefined;
    for (const [index, word] of this.#words.entries()) {
      const whole = word === 0xffff_ffff;
      if (from === undefined ? word === 0 : whole) continue;
      for (let bit = 0; bit < wordBits; bit += 1) {
        const isIn = (word & (1 << bit)) !== 0;
        if (isIn === (from !== undefined)) continue;
        const offset = this.start + BigInt(index * wordBits + bit);
        if (from === undefined) from = offset;
        else {
          yield { from, to: offset };
          from = undefined;
        }
      }
    }
    if (from !== undefined) yield { from, to: this.end };
  }

  #indexOf(offset: bigint): number {
    if (offset < this.start || offset >= this.end) {
      throw new RangeError(`Offset ${offset} is not within [${this.start}, ${this.end}).`);
    }
    return Number(offset - this.start);
  }

  #combined(other: OffsetSet, combine: (mine: number, theirs: number) => number): OffsetSet {
    if (other.start !== this.start || other.end !== this.end) throw new RangeError("Two sets have different bounds.");
    const result = new OffsetSet(this);
    for (const [index, word] of this.#words.entries()) {
      result.#words[index] = combine(word, other.#words[index] ?? 0);
    }
    return result;
  }
}

/** The bits that are set in a word of 32. */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
