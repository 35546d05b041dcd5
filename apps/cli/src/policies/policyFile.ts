import { readFileSync } from "node:fs";
import { compilerVersion } from "@scoreline/policy";
import { type StoredPolicy, sha256Of } from "@scoreline/stores/mongo";

/** A policy document as it stands in a file. */
export type PolicyFile = { file: string; yaml: string; name: string };

/** Reads a policy's file. Throws when there is none. */
export function readPolicyFile(file: string): PolicyFile {
  const yaml = readFileSync(file, "utf8");
  const name = /^policy: *([a-z0-9-]+)/m.exec(yaml)?.[1] ?? "";
  return { file, yaml, name };
}

/** What is stored of a document under a number, less the times that its publication sets. */
export function versionOf({ yaml, name }: PolicyFile, number: number) {
  return {
    version: `${name}@${number}`,
    policy: name,
    number,
    yaml,
    sha256: sha256Of(yaml),
    compilerVersion,
  } as const satisfies Partial<StoredPolicy>;
}
