/** What decisions are read by, on any runtime: nothing here needs the stores' other dependencies. */
export { type CommitPosition, listenCommits, readPositions } from "./postgres/commits.ts";
export type { Database } from "./postgres/connect.ts";
export { type RecordedDecision, readDecisions } from "./postgres/decisions.ts";
export { readFailures } from "./postgres/failures.ts";
export { connectRenewing, type RenewingDatabase } from "./postgres/renewing.ts";
export type { DecisionColumns } from "./postgres/settlement.ts";
