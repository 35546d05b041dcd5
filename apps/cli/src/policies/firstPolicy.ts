import { join } from "node:path";
import { repositoryRoot } from "@scoreline/stack";
import { type Db, insertFirstPolicy, readPolicies, type StoredPolicy, storeTimeMs } from "@scoreline/stores/mongo";
import { type Database, recordAudit } from "@scoreline/stores/postgres";
import { readPolicyFile, versionOf } from "./policyFile.ts";

/** The lender's own business rules: the first version where no other document is named. */
export const defaultPolicyFile = join(repositoryRoot, "packages/policy/policies/default.yaml");

const actor = "scoreline init";

/**
 * Publishes the first version of an empty catalogue, in force from the beginning of time; gives it, or undefined when
 * there was one. Throws when `policyFile` is another document than the first version.
 */
export async function ensureFirstPolicy(
  db: Db,
  creditdb: Database,
  policyFile: string | undefined,
): Promise<StoredPolicy | undefined> {
  const document = readPolicyFile(policyFile ?? defaultPolicyFile);
  const standing = (await readPolicies(db)).versions.find(({ effectiveFromMs }) => effectiveFromMs === 0);
  const first = standing ?? (await publishFirst());
  if (policyFile !== undefined && first.yaml !== document.yaml) {
    throw new Error(
      `The catalogue begins with ${first.version}, which is another document than ${policyFile}. ` +
        `Publish it: scoreline policy publish ${policyFile} --by NAME`,
    );
  }
  return standing ? undefined : first;

  async function publishFirst(): Promise<StoredPolicy> {
    const version = versionOf(document, 1);
    const times = { effectiveFromMs: 0, publishedAtMs: await storeTimeMs(db) };
    const details = { sha256: version.sha256, effective_from: new Date(0).toISOString() };
    const audit = () => recordAudit(creditdb, { actor, action: "policy.publish", subject: version.version, details });
    return insertFirstPolicy(db, { ...version, ...times, publishedBy: actor, note: "The first version" }, { audit });
  }
}
