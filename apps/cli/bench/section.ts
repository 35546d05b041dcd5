/** Policies of `packages/policy/policies` that the scorer can be measured with. */
export const policyNames = ["default", "velocity"] as const;
export type PolicyName = (typeof policyNames)[number];

/** What a run measures. */
export type BenchOptions = {
  records: number;
  /** Six columns to a narrow table, instead of all that a decision records. */
  narrow: boolean;
  /** Numbers of scorer processes to measure beside the one, rising. */
  processes: readonly number[];
  /** How long each load under which latency is measured is kept up, in seconds. */
  steadySeconds: number;
  /** How often each mode of telemetry is measured. */
  rounds: number;
  /** The policy that everything is measured with; both unless told, the velocity one by its rate alone. */
  policy: PolicyName | undefined;
};

/** A section's figures: as an object for programs, whose keys say their units, and as lines for people. */
export type Figures = { json: object; lines: string };

/** A part of the bench that `--only` can name. It tells its progress on standard error. */
export type Section = { name: string; measure(options: BenchOptions): Promise<Figures> };
