import { dayOf } from "./time.ts";

const encoder = new TextEncoder();

/** What one character takes at most. */
const characterBytesMax = 4;
/** Up to this length a text is written sooner here than by a call of the encoder. */
const shortMax = 100;

const [space, quote, backslash, lastPrintable, lastOfAscii] = [0x20, 0x22, 0x5c, 0x7e, 0x7f];
const [zero, minus, dot, colon, zulu] = [0x30, 0x2d, 0x2e, 0x3a, 0x5a];

/** Above this a number is cut in two, for whole numbers of 32 bits are divided many times as fast. */
const billion = 1_000_000_000;

/**
 * Text put together as its bytes in UTF-8. For the short pieces of which rows and messages are made this is faster than
 * strings that are joined and then encoded, and leaves less for the garbage collector.
 */
export class Utf8Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 4_096) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, from byte `start` on: a view, that holds until more is written. */
  bytesFrom(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Writes one character of ASCII by its code. */
  ascii(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** Writes any text. */
  raw(text: string): void {
    if (text.length <= shortMax && this.#ascii(text)) return;
    for (let rest = text; rest !== ""; ) {
      // Most texts take a byte a unit; what does not fit is left for another turn.
      this.#reserve(rest.length + characterBytesMax);
      const { read, written } = encoder.encodeInto(rest, this.#bytes.subarray(this.#length));
      this.#length += written;
      rest = rest.slice(read);
    }
  }

  /**
   * Writes a text that stands for itself within quotes, in JSON and elsewhere: printable ASCII without `"` and `\`. Any
   * other it does not write, and gives false.
   */
  plain(text: string): boolean {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit < space || unit > lastPrintable || unit === quote || unit === backslash) return false;
      bytes[start + index] = unit;
    }
    this.#length = start + text.length;
    return true;
  }

  /** Writes a safe integer in decimal. */
  integer(value: number): void {
    if (value < 0) this.ascii(minus);
    this.#natural(Math.abs(value));
  }

  /** Writes an amount in minor units as `formatMinorUnits` gives it. */
  minorUnits(minor: number): void {
    const cents = minor % 100;
    this.#natural((minor - cents) / 100);
    this.ascii(dot);
    this.#padded(cents, 2);
  }

  /** Writes a moment in epoch milliseconds as `Date.toISOString` gives it, for years that have four digits. */
  time(ms: number): void {
    const { day, inDayMs } = dayOf(ms);
    const seconds = Math.floor(inDayMs / 1_000);
    this.raw(day);
    this.#padded(Math.floor(seconds / 3_600), 2);
    this.ascii(colon);
    this.#padded(Math.floor(seconds / 60) % 60, 2);
    this.ascii(colon);
    this.#padded(seconds % 60, 2);
    this.ascii(dot);
    this.#padded(inDayMs % 1_000, 3);
    this.ascii(zulu);
  }

  #natural(value: number): void {
    if (value >= billion) {
      const low = value % billion;
      this.#natural((value - low) / billion);
      this.#padded(low, 9);
    } else {
      let digits = 1;
      for (let bound = 10; value >= bound; bound *= 10) digits += 1;
      this.#padded(value, digits);
    }
  }

  /** Writes a whole number below a billion in so many digits. */
  #padded(value: number, digits: number): void {
    this.#reserve(digits);
    let rest = value | 0;
    for (let at = this.#length + digits - 1; at >= this.#length; at -= 1) {
      const tenth = (rest / 10) | 0;
      this.#bytes[at] = zero + rest - 10 * tenth;
      rest = tenth;
    }
    this.#length += digits;
  }

  /** Writes a text of ASCII; any other it does not write. */
  #ascii(text: string): boolean {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > lastOfAscii) return false;
      bytes[start + index] = unit;
    }
    this.#length = start + text.length;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
