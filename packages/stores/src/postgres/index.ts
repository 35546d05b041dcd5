export { type AuditAction, publishedHashes, recordAudit } from "./auditLog.ts";
export { type Committed, type CommittedScore, readCommitted } from "./committed.ts";
export { type Committer, connectCommitter } from "./committer.ts";
export { connectPostgres, type Database } from "./connect.ts";
export type { Copy } from "./copyTransaction.ts";
export { CopyWriter } from "./copyWriter.ts";
export { type RecordedDecision, readDecision, recomputeRecorded } from "./decisions.ts";
export { type KeptRecord, readKept } from "./failedRecords.ts";
export { migrate } from "./migrate.ts";
export {
  type RecomputedDecision,
  type RecomputedFinding,
  type RecomputeEvent,
  recompute,
  recomputeEvents,
  recomputeTransactions,
} from "./recompute.ts";
export {
  claimRedrives,
  forgetRedrives,
  openRedrives,
  putBackAlready,
  type Redrive,
  RedriveUnderWay,
  recordRedrives,
  withRedriveLock,
} from "./redrives.ts";
export { type Review, type ReviewOutcome, readReview, recordReview, reviewStatuses } from "./reviews.ts";
export {
  type DecisionColumns,
  type FaultyRecord,
  recordedIds,
  type ScoredRecord,
  type Settlement,
} from "./settlement.ts";
export {
  committedOffset,
  Fenced,
  type HeldPartition,
  recordProjected,
  SourceChanged,
  takePartition,
} from "./streamOffsets.ts";
export {
  firstOffsetAfter,
  readWindowRows,
  type WindowColumn,
  type WindowReads,
  type WindowRow,
} from "./windowRows.ts";
