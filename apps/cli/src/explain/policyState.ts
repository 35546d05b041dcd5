import {
  type CheckedPolicy,
  checkPolicy,
  compilerVersion,
  Exceptions,
  type PolicyException,
  versionInForce,
} from "@scoreline/policy";
import { type Catalogue, ForeignDocument, inspectVersion, readPolicies } from "@scoreline/stores/mongo";
import { publishedHashes, type RecordedDecision } from "@scoreline/stores/postgres";
import type { Connections } from "../connections.ts";

/** The version that an event was scored by, as the catalogue has it now, and what is no longer as it was. */
export type VersionState = {
  policy: CheckedPolicy | undefined;
  /** Undefined where it holds a document that cannot be read. */
  catalogue: Catalogue | undefined;
  changes: string[];
};

/** The version and the exception that a decision was made by. */
export type PolicyState = Pick<VersionState, "policy" | "changes"> & { exception: PolicyException | undefined };

/** Looks up a version, and whether the catalogue still says that it was in force at a time. */
export async function readVersionState(
  connections: Connections,
  policyVersion: string,
  tMs: number,
): Promise<VersionState> {
  const { policy, changes } = await readVersion(connections, policyVersion);
  const catalogue = await readPolicies(connections.db).catch((error: unknown) => {
    if (error instanceof ForeignDocument) return error;
    throw error;
  });
  if (catalogue instanceof ForeignDocument) {
    if (changes.length === 0) changes.push(catalogue.message);
    return { policy, catalogue: undefined, changes };
  }
  const version = versionInForce(catalogue.versions, tMs)?.version;
  if (version !== policyVersion) {
    changes.push(`by the catalogue ${version ?? "no version"} was in force at its time, not ${policyVersion}`);
  }
  return { policy, catalogue, changes };
}

/** Looks up a decision's version and exception, and whether the catalogue still says that they were in force at its time. */
export async function readPolicyState(connections: Connections, recorded: RecordedDecision): Promise<PolicyState> {
  const { policy, catalogue, changes } = await readVersionState(
    connections,
    recorded.decision.policyVersion,
    recorded.tMs,
  );
  if (!catalogue) return { policy, exception: undefined, changes };
  const { exception, moved } = exceptionAt(catalogue, recorded);
  return { policy, exception, changes: [...changes, ...moved] };
}

async function readVersion({ db, sql }: Connections, version: string) {
  const document = await inspectVersion(db, version);
  if (!document) return { policy: undefined, changes: [`${version} is no longer in the catalogue`] };
  const { yaml, sha256, storedSha256 } = document;
  const changes: string[] = [];
  const published = await publishedHashes(sql, version);
  if (sha256 !== storedSha256 || (published.length > 0 && !published.includes(sha256))) {
    const [before = String(storedSha256)] = published;
    changes.push(`the document of ${version} has the SHA-256 ${sha256}; it was published with ${before}`);
  }
  if (document.compilerVersion !== compilerVersion) {
    changes.push(
      `${version} was published by compiler version ${document.compilerVersion}; this is ${compilerVersion}`,
    );
  }
  const checked = checkPolicy(yaml, version);
  if (!checked.ok) changes.push(`the document of ${version} no longer checks: ${checked.problems[0]?.message}`);
  return { policy: checked.ok ? checked.policy : undefined, changes };
}

function exceptionAt({ exceptions }: Catalogue, { application, tMs, decision }: RecordedDecision) {
  const exception = new Exceptions(exceptions).inForce(application.application_id, application.user_id, tMs);
  if (exception?.id === decision.exceptionId) return { exception, moved: [] };
  const [now, before] = [exception?.id ?? "none", decision.exceptionId ?? "none"];
  return { exception, moved: [`by the catalogue the exception at its time is ${now}; it was decided by ${before}`] };
}
