import {
  type CheckedPolicy,
  type ClauseOutcome,
  clauseOutcomes,
  Engine,
  type PolicyException,
} from "@scoreline/policy";
import { type RecordedDecision, readDecision } from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";
import { readPolicyState } from "./policyState.ts";
import { reevaluate } from "./reevaluate.ts";
import { type ExplainedFeature, type ExplainedInput, readInputs, recordedFeatures, recordedWindows } from "./shown.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** A decision with all it rests on, and whether it would come out the same today. */
export type Explanation = {
  recorded: RecordedDecision;
  exception: PolicyException | undefined;
  /** Empty where the policy is gone. */
  inputs: ExplainedInput[];
  /** As recorded, in major units: in the policy's order, then what it does not know. */
  features: ExplainedFeature[];
  clauses: ClauseOutcome[];
} & Verdict;

/** Explains the decision on an application; undefined where there is none. */
export async function explainDecision(
  connections: Connections,
  applicationId: string,
): Promise<Explanation | undefined> {
  const recorded = await readDecision(connections.sql, applicationId);
  if (!recorded) return undefined;
  const { policy, exception, changes } = await readPolicyState(connections, recorded);
  const features = recordedFeatures(policy?.features ?? [], recorded.decision.features);
  if (!policy) {
    return { recorded, exception, inputs: [], features, clauses: [], verdict: "policy changed", findings: changes };
  }
  const data = await reevaluate(connections, policy, recorded, exception);
  return {
    recorded,
    exception,
    inputs: inputsOf(policy, recorded),
    features,
    clauses: clauseOutcomes(policy, recorded.application, recordedWindows(policy.features, recorded.decision.features)),
    ...verdictOf(changes, data),
  };
}

function inputsOf(policy: CheckedPolicy, { application, decision }: RecordedDecision): ExplainedInput[] {
  const unfit = new Map(new Engine(policy, decision.policyVersion).unfit(application).map((one) => [one.input, one]));
  return readInputs(policy.inputs, application).map((input) => {
    const misfit = unfit.get(input.name);
    return misfit ? { ...input, unfit: `${JSON.stringify(misfit.value)} ${misfit.why}` } : input;
  });
}
