import { randomBytes } from "node:crypto";
import { type ApprovalStatus, policyLeadMsMin } from "@scoreline/contracts";
import {
  type Catalogue,
  insertException,
  readPolicies,
  type StoredException,
  storeTimeMs,
} from "@scoreline/stores/mongo";
import type { Connections } from "../connections.ts";
import { publishAudited } from "./publication.ts";

export type GrantRequest = {
  applicationId?: string | undefined;
  userId?: string | undefined;
  status: ApprovalStatus;
  reason: string;
  by: string;
  expiresAtMs: number;
  /** Epoch milliseconds; as soon as it may be, where it is absent. */
  effectiveFromMs?: number | undefined;
};

/** Grants an exception to one application or user. Throws where it would end before it begins, or is not for exactly one. */
export async function grantException(connections: Connections, request: GrantRequest): Promise<StoredException> {
  const { applicationId, userId, status, expiresAtMs } = request;
  if ((applicationId === undefined) === (userId === undefined)) {
    throw new Error("An exception is for one application or for one user: give --application or --user.");
  }
  const grant = {
    ...(await rowOf(connections, request)),
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(userId === undefined ? {} : { userId }),
    status,
    expiresAtMs,
  };
  if (expiresAtMs <= grant.effectiveFromMs) {
    throw new Error(`It would expire before it takes effect, at ${new Date(grant.effectiveFromMs).toISOString()}.`);
  }
  await publish(connections, grant, "exception.grant");
  return grant;
}

export type RevokeRequest = { id: string; reason: string; by: string; effectiveFromMs?: number | undefined };

/** Revokes a grant: it stays on the list and no longer holds from then on. Throws where there is no such grant in force. */
export async function revokeException(connections: Connections, request: RevokeRequest): Promise<StoredException> {
  const { exceptions } = await readPolicies(connections.db);
  const grant = exceptions.find(({ id, revokes }) => id === request.id && revokes === undefined);
  if (!grant) throw new Error(`There is no exception ${request.id}; see scoreline policy exceptions list`);
  const earlier = exceptions.find(({ revokes }) => revokes === grant.id);
  if (earlier) throw new Error(`${grant.id} was revoked already, by ${earlier.approvedBy}: ${earlier.reason}`);
  const revocation = { ...(await rowOf(connections, request)), revokes: grant.id };
  await publish(connections, revocation, "exception.revoke");
  return revocation;
}

/** What grants and revocations have in common; begun at the store's time. */
async function rowOf(
  { db }: Connections,
  { reason, by, effectiveFromMs }: Pick<GrantRequest, "reason" | "by" | "effectiveFromMs">,
) {
  const createdAtMs = await storeTimeMs(db);
  return {
    id: `ex-${randomBytes(6).toString("hex")}`,
    // Deciders are ahead of the catalogue by their lease, so an exception needs the same lead as a version.
    effectiveFromMs: effectiveFromMs ?? createdAtMs + policyLeadMsMin,
    reason,
    approvedBy: by,
    createdAtMs,
  };
}

async function publish(connections: Connections, row: StoredException, action: "exception.grant" | "exception.revoke") {
  const { id, approvedBy, createdAtMs: _, effectiveFromMs, expiresAtMs, ...rest } = row;
  await publishAudited(connections, {
    publication: row,
    actor: approvedBy,
    action,
    voidAction: "exception.void",
    subject: id,
    details: {
      ...rest,
      effective_from: new Date(effectiveFromMs).toISOString(),
      ...(expiresAtMs === undefined ? {} : { expires_at: new Date(expiresAtMs).toISOString() }),
    },
    insert: (options) => insertException(connections.db, row, options),
  });
}

export type GrantState = "from later on" | "in force" | "expired" | "revoked";

/** The grants of a catalogue, newest first, with where each stands at the store's time and by whom it was revoked. */
export function grantsOf({ exceptions, readAtMs }: Catalogue) {
  const revocations = new Map(exceptions.flatMap((row) => (row.revokes === undefined ? [] : [[row.revokes, row]])));
  return exceptions
    .filter(({ revokes }) => revokes === undefined)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .map((grant) => {
      const revocation = revocations.get(grant.id);
      return { grant, revocation, state: stateOf(grant, revocation, readAtMs) };
    });
}

function stateOf(grant: StoredException, revocation: StoredException | undefined, nowMs: number): GrantState {
  if (revocation && revocation.effectiveFromMs <= nowMs) return "revoked";
  if ((grant.expiresAtMs ?? 0) <= nowMs) return "expired";
  return grant.effectiveFromMs > nowMs ? "from later on" : "in force";
}
