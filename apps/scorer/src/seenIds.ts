/** Ids that a generation takes before the next one begins. */
const idsMax = 2 ** 21;

/** Bits for each id: with `probes` of them set, about one unseen id in 100,000 is suspected. */
const bitsPerId = 32;
const probes = 8;

/** The bits of an id lie in one block, the size of a cache line, so that asking costs one look into memory. */
const wordsPerBlock = 16;

/**
 * Remembers the ids that were seen last, between two and four million of them, in 16 MB: two generations of a blocked Bloom
 * filter (Putze, Sanders, Singler, 2007). A hint and no proof: one in 100,000 is suspected for nothing, and what came long
 * ago, or to another process, is not known.
 */
export class SeenIds {
  readonly #idsMax: number;
  readonly #blocks: number;
  #current: Uint32Array;
  #previous: Uint32Array;
  #count = 0;

  constructor(generationMax = idsMax) {
    this.#idsMax = generationMax;
    this.#blocks = Math.ceil((generationMax * bitsPerId) / (32 * wordsPerBlock));
    this.#current = this.#empty();
    this.#previous = this.#empty();
  }

  /** Takes an id in, and tells whether it may have been there before. */
  add(id: string): boolean {
    const [first, second] = hashesOf(id);
    const block = (first % this.#blocks) * wordsPerBlock;
    const [current, previous] = [this.#current, this.#previous];
    let isInCurrent = true;
    let isInPrevious = true;
    let bits = second;
    for (let probe = 0; probe < probes; probe += 1) {
      bits = Math.imul(bits, 0x9e3779b1) + probe;
      const at = block + ((bits >>> 5) & (wordsPerBlock - 1));
      const bit = 1 << (bits >>> 27);
      if (((previous[at] as number) & bit) === 0) isInPrevious = false;
      if (((current[at] as number) & bit) === 0) isInCurrent = false;
      current[at] = (current[at] as number) | bit;
    }
    if (!isInCurrent) this.#count += 1;
    if (this.#count >= this.#idsMax) this.#turn();
    return isInCurrent || isInPrevious;
  }

  #turn(): void {
    this.#previous = this.#current;
    this.#current = this.#empty();
    this.#count = 0;
  }

  #empty(): Uint32Array {
    return new Uint32Array(this.#blocks * wordsPerBlock);
  }
}

/** Two hashes of 32 bits over the code units: FNV-1a, and MurmurHash3's finalizer of it with another start. */
function hashesOf(id: string): [number, number] {
  let first = 0x811c9dc5;
  let second = id.length;
  for (let index = 0; index < id.length; index += 1) {
    const unit = id.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x5bd1e995) ^ (second >>> 15);
  }
  return [mixed(first), mixed(second)];
}

function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
