import { Utf8Writer } from "@scoreline/contracts";

// The text format of COPY (PostgreSQL manual, COPY, "Text Format"): fields end in a tab, rows in a line feed.

const [tab, lineFeed, quote, comma, colon] = [0x09, 0x0a, 0x22, 0x2c, 0x3a];
const [bracketOpen, bracketClose, braceOpen, braceClose] = [0x5b, 0x5d, 0x7b, 0x7d];

const absent = "\\N";
const special = /[\\\t\n\r]/g;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

const rowBytesGuess = 512;

/** What `JSON.stringify` takes; a member that is undefined is left out. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
type JsonObject = { readonly [name: string]: Json | undefined };

/** Writes rows in COPY's text format, field by field; an undefined value is null. */
export class CopyWriter {
  readonly #out: Utf8Writer;
  #isFirst = true;

  constructor(rows: number) {
    this.#out = new Utf8Writer(rows * rowBytesGuess);
  }

  /** The rows that were ended. */
  get bytes(): Uint8Array {
    return this.#out.bytesFrom(0);
  }

  /** Fields of any text. */
  text(value: string | undefined): this {
    if (this.#isThere(value)) this.#escaped(value);
    return this;
  }

  /** Text that needs no escape, of ours. */
  raw(text: string): this {
    this.#next();
    this.#out.raw(text);
    return this;
  }

  /** A safe integer. */
  integer(value: number | undefined): this {
    if (this.#isThere(value)) this.#out.integer(value);
    return this;
  }

  /** An amount in minor units, as a decimal. */
  minorUnits(minor: number): this {
    this.#next();
    this.#out.minorUnits(minor);
    return this;
  }

  /** A moment in epoch milliseconds. */
  time(ms: number): this {
    this.#next();
    this.#out.time(ms);
    return this;
  }

  flag(value: boolean | undefined): this {
    return this.raw(value === undefined ? absent : value ? "t" : "f");
  }

  /** A `text[]`: its literal quotes every element (8.15.6). */
  array(elements: readonly string[] | undefined): this {
    if (!this.#isThere(elements)) return this;
    const out = this.#out;
    out.ascii(braceOpen);
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index] as string;
      if (index > 0) out.ascii(comma);
      out.ascii(quote);
      if (!out.plain(element)) this.#escaped(element.replace(/["\\]/g, "\\$&"));
      out.ascii(quote);
    }
    out.ascii(braceClose);
    return this;
  }

  /** A `json` or `jsonb`, as `JSON.stringify` writes it. */
  json(value: Json | undefined): this {
    if (this.#isThere(value)) this.#jsonValue(value);
    return this;
  }

  /** A `bytea` in its hex form (8.4.1). */
  bytea(bytes: Buffer | null): this {
    return this.raw(bytes === null ? absent : `\\\\x${bytes.toString("hex")}`);
  }

  endRow(): void {
    this.#out.ascii(lineFeed);
    this.#isFirst = true;
  }

  /** Begins a field, and ends it as null where there is no value. */
  #isThere<Value>(value: Value | undefined): value is Value {
    this.#next();
    if (value === undefined) this.#out.raw(absent);
    return value !== undefined;
  }

  #next(): void {
    if (!this.#isFirst) this.#out.ascii(tab);
    this.#isFirst = false;
  }

  #escaped(text: string): void {
    if (!this.#out.plain(text)) this.#out.raw(text.replace(special, (char) => escapes[char] as string));
  }

  #jsonValue(value: Json): void {
    if (typeof value === "string") this.#jsonString(value);
    else if (Number.isSafeInteger(value)) this.#out.integer(value as number);
    else if (Array.isArray(value)) this.#jsonList(value);
    else if (typeof value === "object" && value !== null) this.#jsonObject(value as JsonObject);
    else this.#out.raw(JSON.stringify(value));
  }

  #jsonList(elements: readonly Json[]): void {
    const out = this.#out;
    out.ascii(bracketOpen);
    for (let index = 0; index < elements.length; index += 1) {
      if (index > 0) out.ascii(comma);
      this.#jsonValue(elements[index] as Json);
    }
    out.ascii(bracketClose);
  }

  #jsonObject(object: JsonObject): void {
    const out = this.#out;
    out.ascii(braceOpen);
    let isFirst = true;
    for (const name in object) {
      const member = object[name];
      if (member === undefined) continue;
      if (!isFirst) out.ascii(comma);
      isFirst = false;
      this.#jsonString(name);
      out.ascii(colon);
      this.#jsonValue(member);
    }
    out.ascii(braceClose);
  }

  #jsonString(text: string): void {
    const out = this.#out;
    out.ascii(quote);
    if (!out.plain(text)) this.#escaped(JSON.stringify(text).slice(1, -1));
    out.ascii(quote);
  }
}
