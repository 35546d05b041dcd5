import type { Application, Change } from "@scoreline/contracts";
import fc from "fast-check";
import { Engine } from "../src/engine/engine.ts";
import type { CheckedPolicy } from "../src/ir.ts";
import { checkPolicy } from "../src/language/index.ts";
import { policyVectors } from "../src/vectors.ts";
import { PartitionWindows } from "../src/windows/partitionWindows.ts";
import { WindowPlan } from "../src/windows/plan.ts";
import { arbitraryPolicy } from "./arbitraryPolicy.ts";

/** An application with the windows that it is decided by. */
export type Windowed = { readonly application: Application; readonly windows: readonly number[] };

/** Checks a property of random policies, each with applications at the values where it turns. */
export function onRandomPolicies(
  { policies, applicationsEach }: { policies: number; applicationsEach: number },
  property: (policy: CheckedPolicy, applications: readonly Windowed[]) => void,
): void {
  fc.assert(
    fc.property(arbitraryPolicy(), fc.nat(), (yaml, seed) => {
      const result = checkPolicy(yaml, "policy.yaml");
      fc.pre(result.ok);
      property(result.policy, windowedVectors(result.policy, seed, applicationsEach));
    }),
    { numRuns: policies },
  );
}

/** Applications that try a policy where it turns, each with its windows. */
function windowedVectors(policy: CheckedPolicy, seed: number, count: number): Windowed[] {
  const plan = new WindowPlan([policy]);
  const pick = plan.picker(policy);
  const partitions = new Map<string, PartitionWindows>();
  return policyVectors(policy, { seed, count }).map(({ application, topic, partition, tMs }) => {
    const key = `${partition} ${topic}`;
    const windows = partitions.get(key) ?? new PartitionWindows(plan);
    partitions.set(key, windows);
    return { application, windows: pick(windows.add(tMs, application)) };
  });
}

/** The application with some inputs changed, values in major units. */
export function changed(application: Application, changes: readonly Change[]): Application {
  let now = application;
  for (const { input, to } of changes) now = withInput(now, input, Number(to));
  return now;
}

function withInput(application: Application, input: string, value: number): Application {
  if (input === "credit_score") return { ...application, credit_score: value };
  if (input === "loan_amount") return { ...application, loan_amount_minor: Math.round(value * 100) };
  if (input === "applicant_age") return { ...application, applicant: { ...application.applicant, age: value } };
  return { ...application, attributes: { ...application.attributes, [input]: value } };
}

/** Asks an engine whether one approval clause holds, whatever the clauses before it say. */
export function clauseProbe(policy: CheckedPolicy, id: string): (facts: Windowed) => boolean {
  const when = policy.approval.find((clause) => clause.id === id)?.when;
  if (!when) throw new Error(`${id} has no condition.`);
  const engine = new Engine(
    {
      ...policy,
      approval: [
        { id: "probe", status: "Approved", when },
        { id: "otherwise", status: "Rejected", reason: "LOAN_PURPOSE" },
      ],
    },
    "probe@1",
  );
  return ({ application, windows }) => engine.decide(application, windows).policyStatus === "Approved";
}
