import type { NumberType, Scalar, ValueType } from "../ir.ts";
import { formatScaled } from "./decimal.ts";

/** Which values a bin takes. */
export type Fit =
  | { readonly kind: "range"; readonly from?: number; readonly to?: number }
  | { readonly kind: "values"; readonly values: readonly Scalar[] }
  | { readonly kind: "missing" }
  | { readonly kind: "other" };

/** The values of an input or a feature that no bin has taken yet. */
export interface Domain {
  /** Takes what fits out; false when nothing did. */
  take(fit: Fit): boolean;
  /** What is left, in words; undefined for nothing. */
  readonly rest: string | undefined;
}

export function domainOf(type: ValueType, values: readonly string[] | undefined): Domain {
  if (type.kind === "number") return new NumberDomain(type);
  return new ValueDomain(type.kind === "boolean" ? [true, false] : values);
}

/** Whole numbers of the smallest decimals, as intervals that include both ends. */
class NumberDomain implements Domain {
  readonly #scale: number;
  #left: readonly (readonly [number, number])[];

  constructor({ scale, min, max }: NumberType) {
    this.#scale = scale;
    this.#left = [[min, max]];
  }

  take(fit: Fit): boolean {
    const before = this.#size;
    if (fit.kind === "other") this.#left = [];
    if (fit.kind === "range")
      this.#remove(fit.from ?? Number.NEGATIVE_INFINITY, (fit.to ?? Number.POSITIVE_INFINITY) - 1);
    if (fit.kind === "values") for (const value of fit.values) this.#remove(Number(value), Number(value));
    return this.#size < before;
  }

  get #size(): number {
    return this.#left.reduce((size, [first, last]) => size + last - first + 1, 0);
  }

  #remove(from: number, to: number): void {
    this.#left = this.#left.flatMap(([first, last]): [number, number][] => {
      if (to < first || from > last) return [[first, last]];
      const [below, above]: [number, number][] = [
        [first, from - 1],
        [to + 1, last],
      ];
      return [below, above].filter((part) => part !== undefined && part[0] <= part[1]) as [number, number][];
    });
  }

  get rest(): string | undefined {
    const [gap] = this.#left;
    if (!gap) return undefined;
    const [first, last] = gap.map((bound) => formatScaled(bound, this.#scale));
    return first === last ? first : `${first} to ${last}`;
  }
}

/** A few values, or for texts without a list endlessly many. */
class ValueDomain implements Domain {
  readonly #taken = new Set<Scalar>();
  readonly #values: readonly Scalar[] | undefined;
  #isClosed = false;

  constructor(values: readonly Scalar[] | undefined) {
    this.#values = values;
  }

  take(fit: Fit): boolean {
    if (this.rest === undefined) return false;
    if (fit.kind === "other") this.#isClosed = true;
    if (fit.kind !== "values") return fit.kind === "other";
    const before = this.#taken.size;
    for (const value of fit.values) this.#taken.add(value);
    return this.#taken.size > before;
  }

  get rest(): string | undefined {
    if (this.#isClosed) return undefined;
    if (!this.#values) return "any other text";
    const left = this.#values.filter((value) => !this.#taken.has(value));
    return left.length === 0 ? undefined : left.map((value) => JSON.stringify(value)).join(", ");
  }
}
