import { readFileSync } from "node:fs";
import { type CheckedPolicy, checkPolicy, compilerVersion, formatProblem } from "@scoreline/policy";
import { type StoredPolicy, sha256Of } from "@scoreline/stores/mongo";

/** A checked policy document as it stands in a file. */
export type PolicyFile = { file: string; yaml: string; name: string; policy: CheckedPolicy };

/** Reads a policy's file. Throws when there is none, and with every problem when the document does not check. */
export function readPolicyFile(file: string): PolicyFile {
  const yaml = readFileSync(file, "utf8");
  const policy = checked(yaml, file);
  return { file, yaml, name: policy.name, policy };
}

/** The policy of a stored version. Throws when its document no longer checks. */
export function policyOf({ yaml, version }: StoredPolicy): CheckedPolicy {
  return checked(yaml, version);
}

function checked(yaml: string, file: string): CheckedPolicy {
  const result = checkPolicy(yaml, file);
  if (result.ok) return result.policy;
  throw new Error(`${file} is not a policy:\n${result.problems.map(formatProblem).join("\n")}`);
}

/** What is stored of a document under a number, less what its publication adds. */
export function versionOf({ yaml, name }: Pick<PolicyFile, "yaml" | "name">, number: number) {
  return { version: `${name}@${number}`, policy: name, number, yaml, sha256: sha256Of(yaml), compilerVersion };
}
