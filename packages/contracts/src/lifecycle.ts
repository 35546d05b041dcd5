/*
 * The times that make exactly one policy version decide each broker instant. They fit together: a read of the catalogue
 * lets nothing be decided beyond the lease, a publication that lands late is void, and the lead is longer than both
 * together (60 > 30 + 10 s). The rest, 20 s, is what the clocks of two servers of the store may differ by.
 */

/** A version, an exception or a revocation takes effect at least this long after the store's time, in milliseconds. */
export const policyLeadMsMin = 60_000;

/** A publication that the store has not acknowledged within this is void, in milliseconds. */
export const policyPublishMsMax = 10_000;

/** A read of the catalogue begun at store time S lets records with t < S + this be decided, in milliseconds. */
export const policyLeaseMs = 30_000;

/** How often a decider reads the catalogue, in milliseconds. */
export const policyPollMs = 5_000;
