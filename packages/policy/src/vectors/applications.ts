import type { Application, AttributeValue } from "@scoreline/contracts";
import type { CheckedPolicy, Input, Scalar } from "../ir.ts";
import { Draws } from "./draws.ts";
import type { Random } from "./random.ts";
import { unfitValues } from "./values.ts";

/** Sender's times differ from the broker's by up to a day, either way, and mean nothing. */
export const senderSkewMs = 86_400_000;

/** Draws applications that try what a policy compares. */
export class Applications {
  readonly #draws: Draws;

  constructor(policy: CheckedPolicy) {
    this.#draws = new Draws(policy);
  }

  next(id: string, user: string, tMs: number, random: Random): Application {
    const { inputs } = this.#draws;
    const drawn = this.#draws.next(random);
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
}

/** As JSON holds it: a number in major units. */
function plain({ type }: Input, value: Scalar | undefined): AttributeValue | undefined {
  return type.kind === "number" && value !== undefined ? Number(value) / 10 ** type.scale : value;
}
