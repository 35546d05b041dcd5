import { textLengthMax } from "../src/bounds.ts";
import { cardTypes, riskLevels } from "../src/transaction.ts";
import { anything, flags, JsonTexts, strangeNames } from "./jsonTexts.ts";

const flagTexts = [
  '"True"',
  '"False"',
  '"true"',
  '"FALSE"',
  '"0"',
  '"1"',
  '"1.0"',
  "0",
  "1",
  "0.0",
  '"yes"',
  '" true"',
  "2",
];

/** Card transactions as the bytes of a topic could have them, those of a producer whose values are all texts among them. */
export class TransactionTexts extends JsonTexts {
  next(): string {
    // Some records are usual throughout; in others each value may be odd.
    const odd = this.random() < 0.4 ? 0 : 0.06;
    const textual = this.random() < 0.3;
    const field = (name: string, usual: () => string, present = 1 - odd / 4) => this.field(name, usual, present, odd);
    const score = () =>
      this.pick([String(300 + this.below(551)), textual ? this.pick(['"712"', '"712.0"', '"712.5"', '""']) : "850"]);
    const fields = [
      field("transaction_id", () => this.#uuid()),
      field("user_id", () => this.id()),
      field("amount", () => this.amount()),
      field("timestamp", () => this.time()),
      field("location", () => this.text(textLengthMax.location)),
      field("merchant", () => this.text(textLengthMax.merchant)),
      field("card_type", () => `"${this.pick(cardTypes)}"`),
      field("device_id", () => this.text(textLengthMax.deviceId)),
      field("credit_score", score),
      field("risk_level", () => (textual ? this.pick(['""', '"Low"']) : `"${this.pick(riskLevels)}"`), 0.5),
      field("is_fraud", () => (textual ? this.pick(['""', ...flagTexts]) : this.pick(flags)), 0.5),
      this.random() < odd ? [`"${this.pick(strangeNames)}":${this.pick(anything)}`] : [],
    ];
    return `{${fields.flat().join()}}`;
  }

  #uuid(): string {
    const digits = (count: number) => Array.from({ length: count }, () => this.below(16).toString(16)).join("");
    const uuid = [8, 4, 4, 4, 12].map(digits).join("-");
    return `"${this.pick([uuid, uuid, uuid.toUpperCase(), this.pick([uuid, uuid.replaceAll("-", ""), `${uuid}0`])])}"`;
  }
}
