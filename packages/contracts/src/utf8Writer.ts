const encoder = new TextEncoder();

/** What one character takes at most. */
const characterBytesMax = 4;
const digitsMax = 17;
/** Up to this length a text is written sooner here than by a call of the encoder. */
const shortMax = 100;

const [space, quote, backslash, lastPrintable, lastOfAscii] = [0x20, 0x22, 0x5c, 0x7e, 0x7f];
const [zero, minus] = [0x30, 0x2d];

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
    this.#reserve(digitsMax);
    const bytes = this.#bytes;
    let rest = value;
    if (rest < 0) {
      bytes[this.#length++] = minus;
      rest = -rest;
    }
    let digits = 1;
    for (let bound = 10; rest >= bound; bound *= 10) digits += 1;
    for (let at = this.#length + digits - 1; at >= this.#length; at -= 1) {
      const digit = rest % 10;
      bytes[at] = zero + digit;
      rest = (rest - digit) / 10;
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
