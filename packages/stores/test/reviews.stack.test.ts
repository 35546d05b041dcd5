import { describe, expect, test } from "vitest";
import { type Database, readDecision, readReview, recordAudit, recordReview } from "../src/postgres/index.ts";
import { commitSettlement, newCreditdb, scored, take } from "./support.ts";

/** `a-0` is Under Review, `a-1` is Approved. */
async function decided(): Promise<Database> {
  const sql = await newCreditdb();
  const review = scored(0n);
  review.decision = { ...review.decision, policyStatus: "Under Review", approvalStatus: "Under Review" };
  await commitSettlement(sql, await take(sql), { next: 2n, maxTMs: 1_001, scored: [review, scored(1n)], faulty: [] });
  return sql;
}

const grace = { status: "Approved", reviewedBy: "grace", reason: "Payslips seen" } as const;
const hopper = { status: "Rejected", reviewedBy: "hopper", reason: "No" } as const;

const auditOf = (sql: Database) => sql`select actor, action, subject, details from audit_log order by audit_id`;

describe("a review", () => {
  test("ends a decision that is Under Review, and says who and why in the audit log", async () => {
    const sql = await decided();
    const outcome = await recordReview(sql, "a-0", grace);
    expect(outcome).toEqual({ kind: "recorded", review: { ...grace, reviewedAt: expect.any(Date) } });
    expect(await readReview(sql, "a-0")).toEqual({ ...grace, reviewedAt: expect.any(Date) });
    expect((await readDecision(sql, "a-0"))?.review).toEqual(await readReview(sql, "a-0"));
    expect([...(await auditOf(sql))]).toEqual([
      { actor: "grace", action: "review", subject: "a-0", details: { status: "Approved", reason: "Payslips seen" } },
    ]);
  });

  test("leaves the decision of record as it was", async () => {
    const sql = await decided();
    const before = await readDecision(sql, "a-0");
    await recordReview(sql, "a-0", grace);
    expect(await readDecision(sql, "a-0")).toEqual({ ...before, review: expect.anything() });
  });

  test("is refused a second time, and tells of the first", async () => {
    const sql = await decided();
    await recordReview(sql, "a-0", grace);
    expect(await recordReview(sql, "a-0", hopper)).toMatchObject({ kind: "already-reviewed", review: grace });
    expect(await auditOf(sql)).toHaveLength(1);
  });

  test("of a decision that is not Under Review is refused", async () => {
    const sql = await decided();
    expect(await recordReview(sql, "a-1", grace)).toEqual({ kind: "not-under-review", status: "Approved" });
    expect(await recordReview(sql, "nobody", grace)).toEqual({ kind: "not-found" });
    expect(await auditOf(sql)).toHaveLength(0);
  });

  test("of eight people at once is the first one's", async () => {
    const sql = await decided();
    const people = Array.from({ length: 8 }, (_, index) => ({ ...grace, reviewedBy: `person-${index}` }));
    const outcomes = await Promise.all(people.map((person) => recordReview(sql, "a-0", person)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([...Array(7).fill("already-reviewed"), "recorded"]);
    expect(await auditOf(sql)).toHaveLength(1);
  });
});

test("change_id rises in the order of commits: a later review waits until an earlier one is visible", async () => {
  const sql = await newCreditdb();
  const under = (offset: bigint) => {
    const record = scored(offset);
    return { ...record, decision: { ...record.decision, approvalStatus: "Under Review" as const } };
  };
  await commitSettlement(sql, await take(sql), { next: 2n, maxTMs: 1_001, scored: [under(0n), under(1n)], faulty: [] });
  const committed: string[] = [];
  let later: Promise<unknown> | undefined;
  await sql.begin(async (tx) => {
    await tx`insert into reviews (application_id, status, reviewed_by, reason) values ('a-0', 'Approved', 'a', 'r')`;
    later = recordReview(sql, "a-1", hopper).then(() => committed.push("a-1"));
    // The later one stands in the queue for the lock before the earlier one commits.
    for (;;) {
      const [waiting] = await tx`
        select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
      if (waiting) break;
    }
    committed.push("a-0");
  });
  await later;
  expect(committed).toEqual(["a-0", "a-1"]);
  const rows = await sql`select application_id from reviews order by change_id`;
  expect(rows.map((row) => row.application_id)).toEqual(["a-0", "a-1"]);
});

describe.each(["reviews", "audit_log"])("%s is append-only", (table) => {
  test.each([
    ["update", `update ${table} set reason = 'other'`],
    ["update of no row", `update ${table} set reason = 'other' where false`],
    ["delete", `delete from ${table}`],
    ["truncate", `truncate ${table}`],
  ])("%s is refused", async (_, statement) => {
    const sql = await decided();
    await recordReview(sql, "a-0", grace);
    const query = table === "audit_log" ? statement.replace("reason = 'other'", "actor = 'other'") : statement;
    await expect(sql.unsafe(query)).rejects.toThrow(`${table} is append-only`);
    expect(await readReview(sql, "a-0")).toMatchObject(grace);
    expect(await auditOf(sql)).toHaveLength(1);
  });
});

test("the audit log keeps details of any shape, and refuses an act of nobody", async () => {
  const sql = await newCreditdb();
  const details = { sha256: "ab", nested: { at: 1.5, text: "Zoë '\\\"" }, none: null };
  await recordAudit(sql, { actor: "ada", action: "policy.publish", subject: "loans@2", details });
  expect([...(await auditOf(sql))]).toEqual([{ actor: "ada", action: "policy.publish", subject: "loans@2", details }]);
  const nobody = recordAudit(sql, { actor: "", action: "policy.void", subject: "loans@2", details });
  await expect(nobody).rejects.toMatchObject({ code: "23514" });
});
