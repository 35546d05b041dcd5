/** The keys that open the door, kept as hashes. */
export interface ApiKeys {
  /** True when `key` is one of them. Takes the same time whichever character differs. */
  has(key: string): boolean;
}

/** `sha256` comes from the runtime; hashing first makes the comparison blind to a key's length too. */
export function createApiKeys(keys: readonly string[], sha256: (text: string) => Uint8Array): ApiKeys {
  const known = keys.map(sha256);
  return {
    has(key) {
      const hash = sha256(key);
      let found = 0;
      for (const candidate of known) found |= Number(isEqual(candidate, hash));
      return found === 1;
    },
  };
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
