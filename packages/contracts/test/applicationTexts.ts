import { attributesMax, textLengthMax } from "../src/bounds.ts";
import { anything, flags, JsonTexts, strangeNames } from "./jsonTexts.ts";

/** Loan applications as the bytes of a topic could have them. */
export class ApplicationTexts extends JsonTexts {
  next(): string {
    // Some records are usual throughout; in others each value may be odd.
    const odd = this.random() < 0.4 ? 0 : 0.06;
    const field = (name: string, usual: () => string, present = 0.5) => this.field(name, usual, present, odd);
    const group = (...fields: string[][]) => `{${fields.flat().join()}}`;
    const fields = [
      field("application_id", () => this.id(), 1 - odd / 4),
      field("user_id", () => this.id(), 1 - odd / 4),
      field("credit_score", () => String(300 + this.below(551)), 1 - odd / 4),
      field("loan_amount", () => this.amount(), 1 - odd / 4),
      field("timestamp", () => this.time(), 1 - odd / 4),
      field("device_id", () => this.text(textLengthMax.deviceId)),
      field("applicant", () =>
        group(
          field("name", () => this.text(textLengthMax.name)),
          field("age", () => String(this.below(131))),
          field("gender", () => this.text(textLengthMax.gender)),
          field("region", () => this.text(textLengthMax.region)),
        ),
      ),
      field("score", () =>
        group(
          field("model", () => this.text(textLengthMax.model)),
          field("date", () => `"${this.day()}"`),
          field("key_factors", () => this.#keyFactors()),
        ),
      ),
      field("attributes", () => `{${this.#attributes(odd)}}`),
      field("consent", () =>
        group(
          field("automated_decision", () => this.pick(flags)),
          field("analytics", () => this.pick(flags)),
        ),
      ),
      this.random() < odd ? [`"${this.pick(strangeNames)}":${this.pick(anything)}`] : [],
    ];
    return `{${fields.flat().join()}}`;
  }

  #keyFactors(): string {
    return `[${Array.from({ length: this.below(6) }, () => this.text(textLengthMax.keyFactor)).join()}]`;
  }

  #attributes(odd: number): string {
    const crowd = attributesMax - 1 + this.below(2) + (this.random() < odd ? 1 : 0);
    const count = this.random() < 0.1 ? crowd : this.below(4);
    return Array.from({ length: count }, (_, index) => {
      const name =
        this.random() < odd ? this.pick(strangeNames) : this.pick([`a_${index}`, `b${index}`, "a".repeat(index + 1)]);
      const usual = () =>
        this.pick([...flags, "-0", "1e308", String(this.random()), this.text(textLengthMax.attribute)]);
      return this.field(name, usual, 0.95, odd);
    })
      .flat()
      .join();
  }
}
