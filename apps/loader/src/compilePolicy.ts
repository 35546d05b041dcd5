import {
  checkPolicy,
  compileSql,
  compileTransactionSql,
  formatProblem,
  policyThresholds,
  type Windowed,
} from "@scoreline/policy";
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
  const { transactions } = policy;
  return {
    applications: { sql: compileSql(policy, events), windowMsMax: longestWindow(policy) },
    transactions: { sql: compileTransactionSql(transactions, events), windowMsMax: longestWindow(transactions) },
    thresholds: policyThresholds(policy),
  };
};

function longestWindow({ features }: Windowed): number {
  return Math.max(0, ...features.map(({ windowMs }) => windowMs));
}
