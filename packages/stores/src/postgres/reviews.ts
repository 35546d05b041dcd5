import type { ApprovalStatus } from "@scoreline/contracts";
import type { Database } from "./connect.ts";

export const reviewStatuses = ["Approved", "Rejected"] as const;

/** How a person ended a decision that was Under Review. */
export type Review = {
  status: (typeof reviewStatuses)[number];
  reviewedBy: string;
  reason: string;
  reviewedAt: Date;
};

/** What came of an attempt to end a decision. `recorded`: only the first review of an application is. */
export type ReviewOutcome =
  | { kind: "recorded" | "already-reviewed"; review: Review }
  | { kind: "not-found" }
  | { kind: "not-under-review"; status: ApprovalStatus };

type Row = {
  approval_status: ApprovalStatus;
  recorded: boolean;
  status: Review["status"] | null;
  reviewed_by: string;
  reason: string;
  reviewed_at: Date;
};

/**
 * Ends a decision that is Under Review, and records who did it: one statement, so the review and its row in `audit_log`
 * are there together or not at all.
 */
export async function recordReview(
  sql: Database,
  applicationId: string,
  { status, reviewedBy, reason }: Omit<Review, "reviewedAt">,
): Promise<ReviewOutcome> {
  const [row] = await sql<Row[]>`
    with decision as (
      select application_id, approval_status from credit_scores where application_id = ${applicationId}
    ),
    ended as (
      insert into reviews (application_id, status, reviewed_by, reason)
      select application_id, ${status}, ${reviewedBy}, ${reason}
      from decision where approval_status = 'Under Review'
      on conflict (application_id) do nothing
      returning *
    ),
    audited as (
      insert into audit_log (actor, action, subject, details)
      select reviewed_by, 'review', application_id, jsonb_build_object('status', status, 'reason', reason) from ended
    )
    select decision.approval_status, ended.application_id is not null as recorded,
      ended.status, ended.reviewed_by, ended.reason, ended.reviewed_at
    from decision left join ended using (application_id)`;
  if (!row) return { kind: "not-found" };
  if (row.recorded) return { kind: "recorded", review: reviewOf(row) as Review };
  // A statement does not see what another one committed since it began, so an earlier review is read by its own.
  const review = await readReview(sql, applicationId);
  return review ? { kind: "already-reviewed", review } : { kind: "not-under-review", status: row.approval_status };
}

/** The review that ended an application's decision, if one did. */
export async function readReview(sql: Database, applicationId: string): Promise<Review | undefined> {
  const [row] = await sql<Row[]>`
    select status, reviewed_by, reason, reviewed_at from reviews where application_id = ${applicationId}`;
  return row && reviewOf(row);
}

/** A review from a row that may lack one. */
export function reviewOf(row: Pick<Row, "status" | "reviewed_by" | "reason" | "reviewed_at">): Review | undefined {
  if (row.status === null) return undefined;
  return { status: row.status, reviewedBy: row.reviewed_by, reason: row.reason, reviewedAt: row.reviewed_at };
}
