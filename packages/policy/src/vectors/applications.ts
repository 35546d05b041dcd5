import type { Application, AttributeValue } from "@scoreline/contracts";
import type { CheckedPolicy, Input, Scalar } from "../ir.ts";
import { aim, type Drawn } from "./aim.ts";
import type { Random } from "./random.ts";
import { thresholdsOf } from "./thresholds.ts";
import { anyNumber, fittingValues, unfitValues } from "./values.ts";

/** Sender's times differ from the broker's by up to a day, either way, and mean nothing. */
const senderSkewMs = 86_400_000;

/** Draws applications that try what a policy compares. */
export class Applications {
  readonly #policy: CheckedPolicy;
  readonly #candidates: ReadonlyMap<string, readonly (Scalar | undefined)[]>;
  readonly #comparisons: ReturnType<typeof thresholdsOf>["comparisons"];

  constructor(policy: CheckedPolicy) {
    const { byInput, comparisons } = thresholdsOf(policy);
    this.#policy = policy;
    this.#comparisons = comparisons;
    this.#candidates = new Map(
      policy.inputs.map((input) => [input.name, fittingValues(input, byInput.get(input.name) ?? [])]),
    );
  }

  next(id: string, user: string, tMs: number, random: Random): Application {
    const { inputs } = this.#policy;
    const drawn: Drawn = new Map(inputs.map((input) => [input.name, this.#draw(input, random)]));
    if (this.#comparisons.length > 0 && random.chance(0.3)) aim(random.pick(this.#comparisons), drawn, inputs, random);
    const attributes: Record<string, AttributeValue> = {};
    for (const input of inputs) {
      if (input.origin !== "attribute") continue;
      const value = random.chance(0.08) ? random.pick(unfitValues(input)) : plain(input, drawn.get(input.name));
      if (value !== undefined) attributes[input.name] = value as AttributeValue;
    }
    const application = {
      application_id: id,
      user_id: user,
      credit_score: drawn.get("credit_score") ?? random.integer(300, 850),
      loan_amount_minor: drawn.get("loan_amount") ?? random.integer(1, 3_000_000),
      timestamp_ms: tMs + random.integer(-senderSkewMs, senderSkewMs),
      device_id: drawn.get("device_id"),
      applicant: { age: drawn.get("applicant_age"), region: drawn.get("applicant_region") },
      score: { model: drawn.get("score_model") },
      consent: {
        automated_decision: drawn.get("consent_automated_decision"),
        analytics: drawn.get("consent_analytics"),
      },
      attributes,
    };
    return application as Application;
  }

  #draw(input: Input, random: Random): Scalar | undefined {
    if (input.type.kind === "number" && random.chance(0.25)) return anyNumber(input.type, random);
    return random.pick(this.#candidates.get(input.name) ?? []);
  }
}

/** As JSON holds it: a number in major units. */
function plain({ type }: Input, value: Scalar | undefined): AttributeValue | undefined {
  return type.kind === "number" && value !== undefined ? Number(value) / 10 ** type.scale : value;
}
