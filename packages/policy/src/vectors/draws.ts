import type { Input, Scalar } from "../ir.ts";
import { aim, type Drawn } from "./aim.ts";
import type { Random } from "./random.ts";
import { type Rules, thresholdsOf } from "./thresholds.ts";
import { anyNumber, fittingValues } from "./values.ts";

/** Draws the inputs of events that try what rules compare. */
export class Draws {
  readonly inputs: readonly Input[];
  readonly #candidates: ReadonlyMap<string, readonly (Scalar | undefined)[]>;
  readonly #comparisons: ReturnType<typeof thresholdsOf>["comparisons"];

  constructor(rules: Rules) {
    const { byInput, comparisons } = thresholdsOf(rules);
    this.inputs = rules.inputs;
    this.#comparisons = comparisons;
    this.#candidates = new Map(
      rules.inputs.map((input) => [input.name, fittingValues(input, byInput.get(input.name) ?? [])]),
    );
  }

  next(random: Random): Drawn {
    const { inputs } = this;
    const drawn: Drawn = new Map(inputs.map((input) => [input.name, this.#draw(input, random)]));
    if (this.#comparisons.length > 0 && random.chance(0.3)) aim(random.pick(this.#comparisons), drawn, inputs, random);
    return drawn;
  }

  #draw(input: Input, random: Random): Scalar | undefined {
    if (input.type.kind === "number" && random.chance(0.25)) return anyNumber(input.type, random);
    return random.pick(this.#candidates.get(input.name) ?? []);
  }
}
