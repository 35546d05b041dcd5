import type { TransactionFacts } from "../inputs.ts";
import type { FraudClause, FraudRules } from "../ir.ts";
import { compileTest } from "./compile.ts";
import { type Frame, inputFiller, Layout, type Test } from "./frame.ts";
import { WindowSlots } from "./windowSlots.ts";

/** What the policy in force finds in one card transaction. */
export type Finding = {
  /** Whether some fraud clause held. */
  flagged: boolean;
  /** The ids of all that held, in the policy's order. */
  fraudRules: string[];
  /** The first one's wording; internal. */
  fraudReason: string | undefined;
  /** Windows by name, in major units. */
  features: Record<string, number>;
  policyVersion: string;
};

/** One version's rules on card transactions, compiled to closures. Pure, as `Engine` is. */
export class TransactionEngine {
  readonly rules: FraudRules;
  readonly version: string;
  readonly #frame: Frame;
  readonly #fill: ReturnType<typeof inputFiller>;
  readonly #windows: WindowSlots;
  readonly #fraud: readonly { readonly clause: FraudClause; readonly holds: Test }[];

  constructor(rules: FraudRules, version: string) {
    this.rules = rules;
    this.version = version;
    const layout = new Layout(rules);
    this.#frame = layout.frame();
    this.#fill = inputFiller(rules.inputs, layout);
    this.#windows = new WindowSlots(rules.features, layout, version);
    this.#fraud = rules.fraud.map((clause) => ({ clause, holds: compileTest(clause.when, layout) }));
  }

  /** Judges one transaction. `windows` are the rules' features in their order, scaled and capped. */
  decide(facts: TransactionFacts, windows: readonly number[]): Finding {
    const frame = this.#frame;
    this.#fill(frame, facts);
    this.#windows.fill(frame, windows);
    const fraudRules: string[] = [];
    let fraudReason: string | undefined;
    for (const { clause, holds } of this.#fraud) {
      if (!holds(frame)) continue;
      fraudReason ??= clause.reason;
      fraudRules.push(clause.id);
    }
    const features = this.#windows.plain(frame);
    return { flagged: fraudRules.length > 0, fraudRules, fraudReason, features, policyVersion: this.version };
  }
}
