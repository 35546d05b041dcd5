import type { RiskLevel } from "@scoreline/contracts";
import { inputReader, type PolicyFacts } from "../inputs.ts";
import type { CheckedPolicy, Input, Windowed } from "../ir.ts";

/** What the clauses of one decision read. An engine has one and fills it anew for each decision. */
export type Frame = {
  /** Scaled numbers by slot: inputs, then features, then the scorecard's total. A missing input is NaN. */
  readonly numbers: Float64Array;
  /** Strings and booleans by slot; a missing input is undefined. */
  readonly values: (string | boolean | undefined)[];
  isFraud: boolean;
  riskLevel: RiskLevel;
};

/** A boolean expression, compiled. */
export type Test = (frame: Frame) => boolean;

/** A numeric expression, compiled: its value times 10^scale. */
export type Amount = (frame: Frame) => number;

/** Where a frame holds each name. */
export class Layout {
  readonly #numbers = new Map<string, number>();
  readonly #values = new Map<string, number>();

  constructor({ inputs, features, scorecard }: Windowed & Pick<CheckedPolicy, "scorecard">) {
    for (const { name, type } of inputs) {
      const slots = type.kind === "number" ? this.#numbers : this.#values;
      slots.set(key("input", name), slots.size);
    }
    for (const { name } of features) this.#numbers.set(key("feature", name), this.#numbers.size);
    if (scorecard) this.#numbers.set(key("points", scorecard.name), this.#numbers.size);
  }

  /** The slot of a number. Throws an `Error` for a name that the policy does not declare. */
  number(kind: "input" | "feature" | "points", name: string): number {
    return slotIn(this.#numbers, key(kind, name));
  }

  /** The slot of an input that is a string or boolean. */
  value(name: string): number {
    return slotIn(this.#values, key("input", name));
  }

  isNumber(input: string): boolean {
    return this.#numbers.has(key("input", input));
  }

  frame(): Frame {
    const values = Array.from<undefined>({ length: this.#values.size });
    return { numbers: new Float64Array(this.#numbers.size), values, isFraud: false, riskLevel: "High" };
  }
}

function key(kind: string, name: string): string {
  return `${kind} ${name}`;
}

function slotIn(slots: ReadonlyMap<string, number>, key: string): number {
  const slot = slots.get(key);
  if (slot === undefined) throw new Error(`The policy declares no ${key}; it was not checked.`);
  return slot;
}

/** Fills the inputs of a frame from an event. */
export function inputFiller(inputs: readonly Input[], layout: Layout): (frame: Frame, facts: PolicyFacts) => void {
  const fillers = inputs.map((input) => {
    const read = inputReader(input);
    if (input.type.kind === "number") {
      const slot = layout.number("input", input.name);
      return (frame: Frame, facts: PolicyFacts) => {
        frame.numbers[slot] = (read(facts) as number | undefined) ?? Number.NaN;
      };
    }
    const slot = layout.value(input.name);
    return (frame: Frame, facts: PolicyFacts) => {
      frame.values[slot] = read(facts) as string | boolean | undefined;
    };
  });
  return (frame, facts) => {
    for (const fill of fillers) fill(frame, facts);
  };
}
