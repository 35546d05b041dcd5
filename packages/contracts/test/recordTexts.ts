import { attributesMax, textLengthMax } from "../src/bounds.ts";
import { clockSkewMsMax } from "../src/time.ts";
import { seeded } from "./seeded.ts";

/*
 * Loan applications as the bytes of a topic could have them, as JSON text: whatever JSON can say is among them, such as a
 * field named __proto__, a field twice, numbers beyond a double's digits, or half a surrogate pair.
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
const anything = ["null", "true", "false", ...oddNumbers, ...integers, ...amounts, ...texts, ...lists, ...objects];
const strangeNames = ["__proto__", "constructor", "toString", "", "0", "Credit_score", "\\u0000", "\\ud800", "amount"];
const flags = ["true", "false"];

/** Texts, one by one, from a seed. `nowMs` is the clock that bounds their times. */
export class RecordTexts {
  readonly #random: () => number;
  readonly #nowMs: number;

  constructor(seed: number, nowMs: number) {
    this.#random = seeded(seed);
    this.#nowMs = nowMs;
  }

  next(): string {
    // Some records are usual throughout; in others each value may be odd.
    const odd = this.#random() < 0.4 ? 0 : 0.06;
    const field = (name: string, usual: () => string, present = 0.5) => this.#field(name, usual, present, odd);
    const group = (...fields: string[][]) => `{${fields.flat().join()}}`;
    const fields = [
      field("application_id", () => this.#id(), 1 - odd / 4),
      field("user_id", () => this.#id(), 1 - odd / 4),
      field("credit_score", () => String(300 + this.#below(551)), 1 - odd / 4),
      field("loan_amount", () => this.#amount(), 1 - odd / 4),
      field("timestamp", () => this.#time(), 1 - odd / 4),
      field("device_id", () => this.#text(textLengthMax.deviceId)),
      field("applicant", () =>
        group(
          field("name", () => this.#text(textLengthMax.name)),
          field("age", () => String(this.#below(131))),
          field("gender", () => this.#text(textLengthMax.gender)),
          field("region", () => this.#text(textLengthMax.region)),
        ),
      ),
      field("score", () =>
        group(
          field("model", () => this.#text(textLengthMax.model)),
          field("date", () => `"${this.#day()}"`),
          field("key_factors", () => this.#keyFactors()),
        ),
      ),
      field("attributes", () => `{${this.#attributes(odd)}}`),
      field("consent", () =>
        group(
          field("automated_decision", () => this.#pick(flags)),
          field("analytics", () => this.#pick(flags)),
        ),
      ),
      this.#random() < odd ? [`"${this.#pick(strangeNames)}":${this.#pick(anything)}`] : [],
    ];
    return `{${fields.flat().join()}}`;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }

  /** A field not at all, null, once, or now and then twice. */
  #field(name: string, usual: () => string, present: number, odd: number): string[] {
    if (this.#random() >= present) return this.#random() < 0.1 ? [`"${name}":null`] : [];
    const value = () => (this.#random() < odd ? this.#pick(anything) : usual());
    const once = `"${name}":${value()}`;
    return this.#random() < odd / 4 ? [once, `"${name}":${value()}`] : [once];
  }

  #id(): string {
    return this.#pick([
      String(this.#below(2 ** 53)),
      `"${this.#below(1e9)}"`,
      '"a.B:c_d-e"',
      `"${"x".repeat(64)}"`,
      "-5",
    ]);
  }

  #amount(): string {
    const cents = 1 + this.#below(this.#pick([1e4, 1e8, 1e12 - 2]));
    return this.#pick([String(cents / 100), `"${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}"`]);
  }

  #text(lengthMax: number): string {
    const length = this.#pick([
      1,
      5,
      5,
      lengthMax - 1,
      lengthMax,
      lengthMax,
      lengthMax + (this.#random() < 0.1 ? 1 : 0),
    ]);
    return JSON.stringify(this.#pick(["x", "ë", "\u2028", '"']).repeat(length));
  }

  #keyFactors(): string {
    return `[${Array.from({ length: this.#below(6) }, () => this.#text(textLengthMax.keyFactor)).join()}]`;
  }

  #attributes(odd: number): string {
    const crowd = attributesMax - 1 + this.#below(2) + (this.#random() < odd ? 1 : 0);
    const count = this.#random() < 0.1 ? crowd : this.#below(4);
    return Array.from({ length: count }, (_, index) => {
      const name =
        this.#random() < odd
          ? this.#pick(strangeNames)
          : this.#pick([`a_${index}`, `b${index}`, "a".repeat(index + 1)]);
      const usual = () =>
        this.#pick([...flags, "-0", "1e308", String(this.#random()), this.#text(textLengthMax.attribute)]);
      return this.#field(name, usual, 0.95, odd);
    })
      .flat()
      .join();
  }

  #day(): string {
    const year = this.#pick(["2024", "2025", "2026", "2000", "1999", this.#pick(["0000", "0001", "1900", "9999"])]);
    const usual = `${year}-0${1 + this.#below(9)}-${10 + this.#below(19)}`;
    const atTheEnd = `${year}-${this.#pick(["01", "02", "04", "12", "02"])}-${this.#pick(["28", "29", "30", "31"])}`;
    return this.#pick([
      usual,
      usual,
      atTheEnd,
      this.#pick([`${year}-13-01`, `${year}-00-10`, `${year}-01-00`, atTheEnd]),
    ]);
  }

  #time(): string {
    const skew = clockSkewMsMax / 1000;
    const seconds = this.#nowMs / 1000;
    const near = this.#pick([seconds + skew, seconds + skew + 0.001, seconds + skew - 0.001, seconds, this.#nowMs]);
    const past = this.#below(this.#nowMs);
    const day = this.#pick([`2025${this.#day().slice(4)}`, this.#day()]);
    const clock = this.#pick([
      "09:30:00",
      "23:59:59",
      "09:30",
      this.#pick(["24:00:00", "24:00:01", "23:60:00", "23:59:60"]),
    ]);
    const fraction = clock.length < 8 ? "" : this.#pick(["", "", ".25", ".250", ".123456789", ".999", "."]);
    const offset = this.#pick([
      "Z",
      "Z",
      "Z",
      "z",
      "",
      "+02:00",
      "-0330",
      "+23:59",
      this.#pick(["+24:00", "+99:00", " Z"]),
    ]);
    return this.#pick([
      String(past / 1000),
      String(Math.floor(past / 1000)),
      `"${new Date(past).toISOString()}"`,
      `"${day}${this.#pick(["T", "T", "t", " "])}${clock}${fraction}${offset}"`,
      this.#random() < 0.2 ? String(near) : `"${new Date(past).toISOString()}"`,
    ]);
  }
}
