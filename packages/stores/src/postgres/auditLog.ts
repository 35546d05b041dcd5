import type { Database } from "./connect.ts";

/** What people do that must be answered for; a review writes its own row (see `recordReview`). */
export type AuditAction = "policy.publish" | "policy.void" | "exception.grant" | "exception.revoke" | "exception.void";

/** Appends a row to `audit_log`: who did what to which version or exception. */
export async function recordAudit(
  sql: Database,
  entry: { actor: string; action: AuditAction; subject: string; details: Record<string, unknown> },
): Promise<void> {
  await sql`
    insert into audit_log (actor, action, subject, details)
    values (${entry.actor}, ${entry.action}, ${entry.subject}, ${JSON.stringify(entry.details)}::text::jsonb)`;
}

/** The SHA-256 that a version had when it was published, as the audit log has it; several where several tried at once. */
export async function publishedHashes(sql: Database, version: string): Promise<string[]> {
  const rows = await sql<{ sha256: string }[]>`
    select details->>'sha256' as sha256 from audit_log
    where action = 'policy.publish' and subject = ${version} and details ? 'sha256'`;
  return rows.map(({ sha256 }) => sha256);
}
