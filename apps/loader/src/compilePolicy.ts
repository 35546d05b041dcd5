import { checkPolicy, compileSql, formatProblem, policyThresholds } from "@scoreline/policy";
import { type CompilePolicy, events, PolicyUnusable } from "./policyModels.ts";

/** Compiles a document with the SQL engine. Throws `PolicyUnusable` with all problems that the checker finds. */
export const compilePolicy: CompilePolicy = (yaml, version) => {
  const checked = checkPolicy(yaml, version);
  if (!checked.ok) {
    throw new PolicyUnusable(
      `${version} is published and does not compile: ${checked.problems.map(formatProblem).join("; ")}`,
    );
  }
  const { policy } = checked;
  if (!version.startsWith(`${policy.name}@`)) {
    throw new PolicyUnusable(`${version} is published with a document of the policy ${policy.name}`);
  }
  return {
    sql: compileSql(policy, events),
    windowMsMax: Math.max(0, ...policy.features.map(({ windowMs }) => windowMs)),
    thresholds: policyThresholds(policy),
  };
};
