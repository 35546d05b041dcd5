export { applicationEvents } from "./applicationEvents.ts";
export { type AuditAction, publishedHashes, recordAudit } from "./auditLog.ts";
export { type Committed, type CommittedScore, type CommittedTransaction, readCommitted } from "./committed.ts";
export { type Committer, connectCommitter } from "./committer.ts";
export { connectPostgres, type Database } from "./connect.ts";
export type { Copy } from "./copyTransaction.ts";
export { CopyWriter } from "./copyWriter.ts";
export { type RecordedDecision, readDecision, recomputeRecorded } from "./decisions.ts";
export type { EventTable } from "./eventTable.ts";
export { type KeptRecord, readKept } from "./failedRecords.ts";
export { type RecordedTransaction, readTransaction, recomputeRecordedTransaction } from "./findings.ts";
export { type FinishedJob, type JobName, jobNames, recordFinishedJobs } from "./jobs.ts";
export { migrate } from "./migrate.ts";
export { advanceCursor, readCursor } from "./projectionCursors.ts";
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
export type {
  DecisionColumns,
  FaultyRecord,
  FindingColumns,
  Placed,
  ScoredRecord,
  ScoredTransaction,
  Settlement,
} from "./settlement.ts";
export {
  committedOffset,
  Fenced,
  type HeldPartition,
  recordProjected,
  SourceChanged,
  takePartition,
} from "./streamOffsets.ts";
export { transactionEvents } from "./transactionEvents.ts";
export {
  firstOffsetAfter,
  readWindowRows,
  type WindowReads,
  type WindowRow,
  type WindowTable,
} from "./windowRows.ts";
