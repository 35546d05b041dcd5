import { type Aggregate, type Feature, type Input, inputMax, type Windowed } from "../ir.ts";

/** One aggregate over one window that some policy asks for. `input` is its place in `WindowPlan.inputs`. */
export type WindowSlot = {
  readonly key: string;
  readonly aggregate: Aggregate;
  readonly input: number | undefined;
  readonly windowMs: number;
};

/** Every aggregate of a plan for one event, itself included, by slot; sums up to `inputMax`. Read it with a picker. */
export type WindowValues = readonly number[];

/**
 * What windows are kept for a set of policies: the union of their features. Features that read one declaration alike over
 * one window are one, whatever their names and caps.
 */
export class WindowPlan {
  /** In milliseconds; 0 when no policy has a feature. */
  readonly windowMsMax: number;
  /** Plans with equal keys are kept by the same state and read by each other's pickers. */
  readonly key: string;
  /** What the features read, each declaration once. */
  readonly inputs: readonly Input[];
  /** In the order of their keys. */
  readonly slots: readonly WindowSlot[];
  readonly #slotOf: ReadonlyMap<string, number>;

  constructor(policies: readonly Windowed[]) {
    const inputs = new Map<string, Input>();
    const asked = new Map<string, { feature: Feature; inputKey: string | undefined }>();
    for (const policy of policies) {
      for (const feature of policy.features) {
        const input = inputOf(policy, feature);
        const inputKey = input && declarationKey(input);
        if (input && inputKey !== undefined) inputs.set(inputKey, input);
        asked.set(slotKey(policy, feature), { feature, inputKey });
      }
    }
    const inputKeys = [...inputs.keys()].sort();
    this.inputs = inputKeys.map((key) => inputs.get(key) as Input);
    this.slots = [...asked]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { feature, inputKey }]) => ({
        key,
        aggregate: feature.aggregate,
        input: inputKey === undefined ? undefined : inputKeys.indexOf(inputKey),
        windowMs: feature.windowMs,
      }));
    this.windowMsMax = Math.max(0, ...this.slots.map((slot) => slot.windowMs));
    this.key = this.slots.map((slot) => slot.key).join("\n");
    this.#slotOf = new Map(this.slots.map((slot, index) => [slot.key, index]));
  }

  /** Whether every feature of a policy is kept. */
  covers(policy: Windowed): boolean {
    return policy.features.every((feature) => this.#slotOf.has(slotKey(policy, feature)));
  }

  /**
   * The values of one policy's features, in its order, clamped to their caps, from what `PartitionWindows.add` gave.
   * Throws a `RangeError` when the plan does not cover the policy.
   */
  picker(policy: Windowed): (values: WindowValues) => number[] {
    const picks = policy.features.map((feature) => {
      const slot = this.#slotOf.get(slotKey(policy, feature));
      if (slot === undefined) throw new RangeError(`The plan keeps no window for the feature ${feature.name}.`);
      return { slot, cap: feature.cap ?? inputMax };
    });
    return (values) => picks.map(({ slot, cap }) => Math.min(values[slot] as number, cap));
  }
}

function inputOf(policy: Windowed, { name, input: read }: Feature): Input | undefined {
  if (read === undefined) return undefined;
  const input = policy.inputs.find((candidate) => candidate.name === read);
  if (!input) throw new RangeError(`The feature ${name} reads ${read}, which the policy does not declare.`);
  return input;
}

/** Two inputs with one key have one value in every application. */
function declarationKey({ origin, name, type, values, default: standIn }: Input): string {
  if (origin === "field" && standIn === undefined) return name;
  const bounds = type.kind === "number" ? [type.scale, type.min, type.max] : [];
  return JSON.stringify([origin, name, type.kind, bounds, values ?? null, standIn ?? null]);
}

function slotKey(policy: Windowed, feature: Feature): string {
  const input = inputOf(policy, feature);
  return `${feature.aggregate} ${feature.windowMs} ${input ? declarationKey(input) : ""}`;
}
