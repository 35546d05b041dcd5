import { randomUUID } from "node:crypto";
import { type Database, takePartition } from "@scoreline/stores/postgres";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { commitSettlement } from "./support/commit.ts";
import { newDatabases } from "./support/databases.ts";
import { recorded } from "./support/decisions.ts";
import { runProgram } from "./support/program.ts";

let sql: Database;
let run: (...args: string[]) => Promise<{ error: string | undefined; stderr: string }>;

beforeEach(async () => {
  const databases = await newDatabases();
  sql = databases.sql;
  const source = { topic: "credit_applications", partition: 0, topicId: randomUUID(), firstOffset: 0n };
  const held = await takePartition(sql, source);
  const [under, approved] = [recorded(0n), recorded(1n)];
  under.decision = { ...under.decision, policyStatus: "Under Review", approvalStatus: "Under Review" };
  await commitSettlement(sql, held, { next: 2n, maxTMs: 1_001, scored: [under, approved], faulty: [] });
  run = (...args) => runProgram({ ...inject("env"), CREDITDB_URL: databases.creditdbUrl }, "review", ...args);
});

const approval = ["--status", "Approved", "--by", "grace", "--reason", "Payslips seen"];

describe("scoreline review", () => {
  test("ends a decision that is Under Review, by name and with a reason", async () => {
    expect(await run("a-0", ...approval)).toMatchObject({
      error: undefined,
      stderr: expect.stringMatching(/^Application a-0 is Approved, by grace at .*Z\.$/),
    });
    expect([...(await sql`select application_id, status, reviewed_by, reason from reviews`)]).toEqual([
      { application_id: "a-0", status: "Approved", reviewed_by: "grace", reason: "Payslips seen" },
    ]);
    expect([...(await sql`select actor, action, subject from audit_log`)]).toEqual([
      { actor: "grace", action: "review", subject: "a-0" },
    ]);
  });

  test.each([
    ["an application that is not there", ["a-9", ...approval], /There is no decision on application a-9/],
    [
      "a decision that is final",
      ["a-1", ...approval],
      /a-1 is Approved; only a decision that is Under Review is ended/,
    ],
    [
      "a status that ends nothing",
      ["a-0", "--status", "Under Review", "--by", "g", "--reason", "r"],
      /Allowed choices are/,
    ],
    ["nobody", ["a-0", "--status", "Approved", "--by", " ", "--reason", "r"], /Send some text/],
    ["no reason", ["a-0", "--status", "Approved", "--by", "g"], /required option '--reason/],
  ])("is refused for %s", async (_, args, message) => {
    expect((await run(...args)).error).toMatch(message);
    expect([...(await sql`select from reviews`)]).toEqual([]);
  });

  test("is refused a second time, with the first one's name, time and reason", async () => {
    await run("a-0", ...approval);
    const second = await run("a-0", "--status", "Rejected", "--by", "hopper", "--reason", "No");
    expect(second.error).toMatch(/ended already: Approved by grace at .*Z, Payslips seen/);
  });
});
