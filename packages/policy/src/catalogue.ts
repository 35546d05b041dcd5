import type { ApprovalStatus } from "@scoreline/contracts";

/** A published version of a policy: immutable. Its document is all there is of it; no compiled form is ever stored. */
export type PolicyVersion = {
  /** `consumer-loans@2`: the policy's name and the number of the version. */
  version: string;
  policy: string;
  number: number;
  /** The document, byte for byte. */
  yaml: string;
  /** SHA-256 of `yaml` in UTF-8, hexadecimal. */
  sha256: string;
  /** The `compilerVersion` that checked it. */
  compilerVersion: number;
  /** Epoch milliseconds of the store's clock; unique over all versions. It is in force for t from here on. */
  effectiveFromMs: number;
  publishedAtMs: number;
  publishedBy: string;
  note: string;
};

/** What the language and both engines mean by a document. Raised when one document would decide differently than before. */
export const compilerVersion = 1;

/**
 * One row of the append-only list of exceptions: a grant, or the revocation of one. A grant holds for broker times t with
 * `effectiveFromMs <= t < expiresAtMs`, unless a revocation of it has `effectiveFromMs <= t`.
 */
export type PolicyException = {
  id: string;
  /** Exactly one of the two on a grant; none on a revocation. */
  applicationId?: string;
  userId?: string;
  /** On a grant: the status that a decision gets instead of the policy's. */
  status?: ApprovalStatus;
  effectiveFromMs: number;
  /** On a grant. */
  expiresAtMs?: number;
  /** On a revocation: the id of the grant. */
  revokes?: string;
  reason: string;
  approvedBy: string;
  createdAtMs: number;
};

/** The version in force at broker time `tMs`: the newest with `effectiveFromMs <= tMs`. Undefined before the first. */
export function versionInForce<Version extends Pick<PolicyVersion, "effectiveFromMs">>(
  versions: readonly Version[],
  tMs: number,
): Version | undefined {
  let found: Version | undefined;
  for (const version of versions) {
    if (version.effectiveFromMs > tMs) continue;
    if (!found || version.effectiveFromMs > found.effectiveFromMs) found = version;
  }
  return found;
}

/** Grants by whom they are for, and revocations by what they revoke: made once for a list, asked once a decision. */
export class Exceptions {
  readonly #byApplication = new Map<string, PolicyException[]>();
  readonly #byUser = new Map<string, PolicyException[]>();
  readonly #revokedFromMs = new Map<string, number>();

  constructor(list: readonly PolicyException[]) {
    for (const exception of list) {
      if (exception.revokes !== undefined) {
        const earliest = Math.min(
          this.#revokedFromMs.get(exception.revokes) ?? Number.POSITIVE_INFINITY,
          exception.effectiveFromMs,
        );
        this.#revokedFromMs.set(exception.revokes, earliest);
      }
      if (exception.applicationId !== undefined) append(this.#byApplication, exception.applicationId, exception);
      if (exception.userId !== undefined) append(this.#byUser, exception.userId, exception);
    }
  }

  /** The grant in force for an application at broker time `tMs`: the application's before the user's, then the newest. */
  inForce(applicationId: string, userId: string, tMs: number): PolicyException | undefined {
    return this.#newest(this.#byApplication.get(applicationId), tMs) ?? this.#newest(this.#byUser.get(userId), tMs);
  }

  #newest(grants: readonly PolicyException[] | undefined, tMs: number): PolicyException | undefined {
    let newest: PolicyException | undefined;
    for (const grant of grants ?? []) {
      if (tMs < grant.effectiveFromMs || tMs >= (grant.expiresAtMs ?? 0)) continue;
      if (tMs >= (this.#revokedFromMs.get(grant.id) ?? Number.POSITIVE_INFINITY)) continue;
      if (!newest || isNewer(grant, newest)) newest = grant;
    }
    return newest;
  }
}

/** Newest by when it takes effect, then by id: ids are compared by code unit, as Postgres' COLLATE "C" does for ASCII. */
function isNewer(a: PolicyException, b: PolicyException): boolean {
  if (a.effectiveFromMs !== b.effectiveFromMs) return a.effectiveFromMs > b.effectiveFromMs;
  return a.id > b.id;
}

function append(map: Map<string, PolicyException[]>, key: string, exception: PolicyException): void {
  const list = map.get(key);
  if (list) list.push(exception);
  else map.set(key, [exception]);
}
