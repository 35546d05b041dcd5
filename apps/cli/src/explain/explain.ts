import {
  type CheckedPolicy,
  type ClauseOutcome,
  clauseOutcomes,
  Engine,
  formatScaled,
  type PolicyException,
  readInput,
} from "@scoreline/policy";
import { type RecordedDecision, readDecision } from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";
import { readPolicyState } from "./policyState.ts";
import { recordedWindows, reevaluate } from "./reevaluate.ts";

/** One input as the policy read it; `value` is undefined where it was missing, and `unfit` says why though it was sent. */
export type ExplainedInput = { name: string; value: string | undefined; unfit?: string };

/** A decision with all it rests on, and whether it would come out the same today. */
export type Explanation = {
  recorded: RecordedDecision;
  exception: PolicyException | undefined;
  /** Empty where the policy is gone. */
  inputs: ExplainedInput[];
  /** As recorded, in major units: in the policy's order, then what it does not know. */
  features: { name: string; value: number }[];
  clauses: ClauseOutcome[];
  verdict: "same" | "policy changed" | "data changed";
  /** Why it is not the same, a sentence each. */
  findings: string[];
};

/** Explains the decision on an application. Throws where there is none. */
export async function explainDecision(connections: Connections, applicationId: string): Promise<Explanation> {
  const recorded = await readDecision(connections.sql, applicationId);
  if (!recorded) throw new Error(`There is no decision on application ${applicationId}.`);
  const { policy, exception, changes } = await readPolicyState(connections, recorded);
  const features = featuresOf(policy, recorded);
  if (!policy) {
    return { recorded, exception, inputs: [], features, clauses: [], verdict: "policy changed", findings: changes };
  }
  const data = await reevaluate(connections, policy, recorded, exception);
  return {
    recorded,
    exception,
    inputs: inputsOf(policy, recorded),
    features,
    clauses: clauseOutcomes(policy, recorded.application, recordedWindows(policy, recorded.decision)),
    // With another policy it is no wonder that the decision comes out otherwise.
    verdict: changes.length > 0 ? "policy changed" : data.length > 0 ? "data changed" : "same",
    findings: [...changes, ...data],
  };
}

function featuresOf(policy: CheckedPolicy | undefined, { decision }: RecordedDecision) {
  const names = [...(policy?.features ?? []).map(({ name }) => name), ...Object.keys(decision.features)];
  return [...new Set(names)].flatMap((name) => {
    const value = decision.features[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

function inputsOf(policy: CheckedPolicy, { application, decision }: RecordedDecision): ExplainedInput[] {
  const unfit = new Map(new Engine(policy, decision.policyVersion).unfit(application).map((one) => [one.input, one]));
  return policy.inputs.map((input) => {
    const read = readInput(input, application);
    const isNumber = typeof read === "number" && input.type.kind === "number";
    const value = isNumber ? formatScaled(read, input.type.scale) : read === undefined ? undefined : String(read);
    const misfit = unfit.get(input.name);
    return {
      name: input.name,
      value,
      ...(misfit ? { unfit: `${JSON.stringify(misfit.value)} ${misfit.why}` } : {}),
    };
  });
}
