import { EnvironmentError } from "@scoreline/contracts";
import type { Logger, Metrics } from "@scoreline/telemetry";

/** A key, and when it ends: epoch milliseconds, from which on it is refused. */
export type ApiKey = { key: string; endMs?: number };

/** What a key is worth. `expired`: who sent it holds a key that was good until its end. */
export type KeyStanding = "good" | "expired" | "unknown";

/** The keys that open the door, kept as hashes. */
export interface ApiKeys {
  /** Takes the same time whichever character differs. */
  judge(key: string): KeyStanding;
}

type Sha256 = (text: string) => Uint8Array;

/** `sha256` comes from the runtime; hashing first makes the comparison blind to a key's length too. */
export function createApiKeys(keys: readonly ApiKey[], sha256: Sha256, nowMs: () => number = Date.now): ApiKeys {
  const known = keys.map(({ key, endMs }) => ({ hash: sha256(key), endMs }));
  return {
    judge(key) {
      const hash = sha256(key);
      let [found, good] = [0, 0];
      const now = nowMs();
      for (const candidate of known) {
        const equal = Number(isEqual(candidate.hash, hash));
        found |= equal;
        good |= equal & Number(!hasEnded(candidate, now));
      }
      if (good === 1) return "good";
      return found === 1 ? "expired" : "unknown";
    },
  };
}

/**
 * The keys of a worker that starts: each end becomes a figure, by the key's place in `SCORELINE_API_KEY` from 1, and a key
 * that has ended a warning. Throws `EnvironmentError` when none is left that opens the door: such a worker would answer 401
 * to everything, which clients take for final. A roll-out with a wrong date ends here, while the workers before it serve on.
 */
export function openApiKeys(
  keys: readonly ApiKey[],
  deps: { app: string; sha256: Sha256; metrics: Metrics; log: Logger; nowMs?: () => number },
): ApiKeys {
  const { app, sha256, metrics, log, nowMs = Date.now } = deps;
  for (const [index, { endMs }] of keys.entries()) {
    if (endMs === undefined) continue;
    const position = String(index + 1);
    metrics.gauge("apiKeyExpiry").set({ position }, endMs / 1_000);
    if (endMs <= nowMs()) log.warn({ position, ended: new Date(endMs).toISOString() }, "an API key has expired");
  }
  if (keys.every((key) => hasEnded(key, nowMs()))) {
    const fix = "add one with a later end, as key@2027-03-31, or with none";
    throw new EnvironmentError(`${app} cannot start:\n  SCORELINE_API_KEY holds no key that has not expired; ${fix}`);
  }
  return createApiKeys(keys, sha256, nowMs);
}

function hasEnded({ endMs }: { endMs?: number | undefined }, nowMs: number): boolean {
  return endMs !== undefined && nowMs >= endMs;
}

/** Looks at every byte, so that its time says nothing about where two hashes part. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

// RFC 6750, section 2.1: the scheme's name is case-insensitive (RFC 9110, section 11.1).
const bearerForm = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** The key of an `Authorization: Bearer` header, if it has one. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : bearerForm.exec(header)?.[1];
}
