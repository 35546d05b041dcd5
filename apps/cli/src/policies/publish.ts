import { policyLeadMsMin } from "@scoreline/contracts";
import {
  AlreadyTaken,
  insertPolicy,
  nextVersionNumber,
  readPolicies,
  type StoredPolicy,
  storeTimeMs,
} from "@scoreline/stores/mongo";
import type { Connections } from "../connections.ts";
import { compareEngines } from "./golden.ts";
import { type PolicyFile, readPolicyFile, versionOf } from "./policyFile.ts";
import { publishAudited } from "./publication.ts";

export type PublishRequest = {
  file: string;
  by: string;
  note?: string | undefined;
  /** Epoch milliseconds; as soon as it may be, where it is absent. */
  effectiveFromMs?: number | undefined;
};

/** A published version, and how many golden decisions both engines agreed on. */
export type Published = { version: StoredPolicy; goldenDecisions: number };

/** Beyond the lead, so that the time between the two looks at the store's clock does not make it too short. */
const leadMarginMs = 5_000;

/** How often another publisher may take the number or the instant before this one gives up. */
const attemptsMax = 10;

/**
 * Publishes a document as the next version of its policy. Throws where the document does not check, is the newest version
 * already, or is decided differently by the two engines; and where the store does not take it (see `insertPolicy`).
 */
export async function publishPolicy(
  connections: Connections,
  request: PublishRequest,
  compare = compareEngines,
): Promise<Published> {
  const document = readPolicyFile(request.file);
  await checkNew(connections, document);
  const { decisions, differences } = await compare(connections.sql, document.policy);
  if (differences.length > 0) {
    throw new Error(
      `The engines disagree on ${differences.length} of ${decisions} golden decisions; ${request.file} is not published. ` +
        `Please report it with the document:\n${differences.slice(0, 5).join("\n")}`,
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { version: await publishOnce(connections, document, request), goldenDecisions: decisions };
    } catch (error) {
      const again = error instanceof AlreadyTaken && (error.what === "id" || request.effectiveFromMs === undefined);
      if (!again || attempt === attemptsMax) throw error;
    }
  }
}

async function checkNew({ db }: Connections, { name, yaml, file }: PolicyFile): Promise<void> {
  const { versions } = await readPolicies(db);
  if (versions.length === 0) {
    throw new Error(`No policy is published yet: run scoreline init --policy ${file}`);
  }
  const newest = versions.filter(({ policy }) => policy === name).sort((a, b) => b.number - a.number)[0];
  if (newest?.yaml === yaml) throw new Error(`${file} is ${newest.version} already, byte for byte.`);
}

async function publishOnce(connections: Connections, document: PolicyFile, request: PublishRequest) {
  const { db } = connections;
  const number = await nextVersionNumber(db, document.name);
  const publishedAtMs = await storeTimeMs(db);
  const effectiveFromMs = request.effectiveFromMs ?? publishedAtMs + policyLeadMsMin + leadMarginMs;
  const { by, note = "" } = request;
  const policy: StoredPolicy = {
    ...versionOf(document, number),
    effectiveFromMs,
    publishedAtMs,
    publishedBy: by,
    note,
  };
  await publishAudited(connections, {
    publication: policy,
    actor: by,
    action: "policy.publish",
    voidAction: "policy.void",
    subject: policy.version,
    details: { sha256: policy.sha256, effective_from: new Date(effectiveFromMs).toISOString(), note },
    insert: (options) => insertPolicy(db, policy, options),
  });
  return policy;
}
