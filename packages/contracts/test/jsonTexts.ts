import { clockSkewMsMax } from "../src/time.ts";
import { seeded } from "./seeded.ts";

/*
 * Records as the bytes of a topic could have them, as JSON text: whatever JSON can say is among them, such as a field named
 * __proto__, a field twice, numbers beyond a double's digits, or half a surrogate pair.
 */

const oddNumbers = [
  "0",
  "-0",
  "-1",
  "0.1",
  "0.005",
  "1e-7",
  "1250.505",
  "0.30000000000000004",
  "1e21",
  "1e999",
  "700.5",
];
const integers = ["1", "130", "131", "299", "300", "850", "851", "9007199254740991", "9007199254740993"];
const amounts = ["9999999999.99", "9999999999.995", "10000000000", '"1250.00"', '"0"', '"1.005"', '"-1.00"', '"1e3"'];
const texts = [
  '""',
  '"x"',
  '"a b"',
  '"700"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udfffa"',
  '"\\ud83d\\ude00"',
];
const lists = ["[]", "[null]", "[[]]", '["a"]', '["a",5]', '["a","b","c","d","e"]', '["a","b","c","d","e","f"]'];
const objects = ["{}", '{"a":1}', '{"name":null}', '{"__proto__":{}}', '{"__proto__":null}', '{"constructor":1}'];
export const anything = [
  "null",
  "true",
  "false",
  ...oddNumbers,
  ...integers,
  ...amounts,
  ...texts,
  ...lists,
  ...objects,
];
export const strangeNames = ["__proto__", "constructor", "toString", "", "0", "Credit_score", "\\u0000", "\\ud800"];
export const flags = ["true", "false"];

/** Texts, one by one, from a seed. `nowMs` is the clock that bounds their times. */
export abstract class JsonTexts {
  protected readonly random: () => number;
  protected readonly nowMs: number;

  constructor(seed: number, nowMs: number) {
    this.random = seeded(seed);
    this.nowMs = nowMs;
  }

  abstract next(): string;

  protected below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  protected pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** A field not at all, null, once, or now and then twice. */
  protected field(name: string, usual: () => string, present: number, odd: number): string[] {
    if (this.random() >= present) return this.random() < 0.1 ? [`"${name}":null`] : [];
    const value = () => (this.random() < odd ? this.pick(anything) : usual());
    const once = `"${name}":${value()}`;
    return this.random() < odd / 4 ? [once, `"${name}":${value()}`] : [once];
  }

  protected id(): string {
    return this.pick([String(this.below(2 ** 53)), `"${this.below(1e9)}"`, '"a.B:c_d-e"', `"${"x".repeat(64)}"`, "-5"]);
  }

  protected amount(): string {
    const cents = 1 + this.below(this.pick([1e4, 1e8, 1e12 - 2]));
    return this.pick([String(cents / 100), `"${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}"`]);
  }

  protected text(lengthMax: number): string {
    const length = this.pick([1, 5, 5, lengthMax - 1, lengthMax, lengthMax, lengthMax + (this.random() < 0.1 ? 1 : 0)]);
    return JSON.stringify(this.pick(["x", "ë", "\u2028", '"']).repeat(length));
  }

  protected day(): string {
    const year = this.pick(["2024", "2025", "2026", "2000", "1999", this.pick(["0000", "0001", "1900", "9999"])]);
    const usual = `${year}-0${1 + this.below(9)}-${10 + this.below(19)}`;
    const atTheEnd = `${year}-${this.pick(["01", "02", "04", "12", "02"])}-${this.pick(["28", "29", "30", "31"])}`;
    return this.pick([
      usual,
      usual,
      atTheEnd,
      this.pick([`${year}-13-01`, `${year}-00-10`, `${year}-01-00`, atTheEnd]),
    ]);
  }

  protected time(): string {
    const skew = clockSkewMsMax / 1000;
    const seconds = this.nowMs / 1000;
    const near = this.pick([seconds + skew, seconds + skew + 0.001, seconds + skew - 0.001, seconds, this.nowMs]);
    const past = this.below(this.nowMs);
    const day = this.pick([`2025${this.day().slice(4)}`, this.day()]);
    const clock = this.pick([
      "09:30:00",
      "23:59:59",
      "09:30",
      this.pick(["24:00:00", "24:00:01", "23:60:00", "23:59:60"]),
    ]);
    const fraction = clock.length < 8 ? "" : this.pick(["", "", ".25", ".250", ".123456789", ".999", "."]);
    const offset = this.pick([
      "Z",
      "Z",
      "Z",
      "z",
      "",
      "+02:00",
      "-0330",
      "+23:59",
      this.pick(["+24:00", "+99:00", " Z"]),
    ]);
    return this.pick([
      String(past / 1000),
      String(Math.floor(past / 1000)),
      `"${new Date(past).toISOString()}"`,
      `"${day}${this.pick(["T", "T", "t", " "])}${clock}${fraction}${offset}"`,
      this.random() < 0.2 ? String(near) : `"${new Date(past).toISOString()}"`,
    ]);
  }
}
