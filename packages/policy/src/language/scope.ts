import type { Feature, Input, NumberType, ValueType } from "../ir.ts";
import type { Refusal } from "./prohibited.ts";
import { nearest } from "./suggest.ts";

/** What a name stands for. `broken` was declared with a problem of its own: whoever names it is told nothing more. */
export type Named =
  | { readonly kind: "input"; readonly input: Input }
  | { readonly kind: "feature"; readonly feature: Feature }
  | { readonly kind: "points"; readonly type: NumberType }
  | { readonly kind: "derived"; readonly type: ValueType; readonly values?: readonly string[] }
  | ({ readonly kind: "refused" } & Refusal)
  | { readonly kind: "broken" };

/** Names that a problem lists at most. */
const namesMax = 12;

/** The names that stand for something at one place of a policy. */
export class Scope {
  readonly #names: ReadonlyMap<string, Named>;
  readonly #named: Set<string>;

  constructor(names: Iterable<readonly [string, Named]>, named = new Set<string>()) {
    this.#names = new Map(names);
    this.#named = named;
  }

  /** The same names and more; what is named in one is named in the other. */
  with(names: Iterable<readonly [string, Named]>): Scope {
    return new Scope([...this.#names, ...names], this.#named);
  }

  /** What a name stands for, taken down as named. */
  find(name: string): Named | undefined {
    this.#named.add(name);
    return this.#names.get(name);
  }

  /** What a name stands for, without naming it. */
  peek(name: string): Named | undefined {
    return this.#names.get(name);
  }

  /** Whether an expression, a feature or the scorecard has named it. */
  isNamed(name: string): boolean {
    return this.#named.has(name);
  }

  /** Why a name stands for nothing, and what may have been meant. */
  unknown(name: string): Refusal {
    const readable = [...this.#names].filter(([, { kind }]) => kind !== "refused").map(([known]) => known);
    const near = nearest(name, readable);
    const shown = readable.length > namesMax ? [...readable.slice(0, namesMax), "…"] : readable;
    return {
      message: `\`${name}\` is not known here`,
      fix: near === undefined ? `declare it under \`inputs\`, or name one of ${shown.join(", ")}` : `write \`${near}\``,
    };
  }
}
