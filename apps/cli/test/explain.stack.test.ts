import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { collections, insertException, insertPolicy, sha256Of } from "@scoreline/stores/mongo";
import { recordReview } from "@scoreline/stores/postgres";
import { afterAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { Connections } from "../src/connections.ts";
import { type Explanation, explainDecision } from "../src/explain/explain.ts";
import { formatExplanation } from "../src/explain/format.ts";
import { defaultPolicyFile } from "../src/policies/firstPolicy.ts";
import { newDatabases } from "./support/databases.ts";
import { recordDecisions, type Sent } from "./support/decided.ts";
import { runProgram } from "./support/program.ts";

const velocityFile = join(dirname(defaultPolicyFile), "velocity.yaml");
const folder = mkdtempSync(join(tmpdir(), "scoreline-explain-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hour = 3_600_000;
const t0 = Date.parse("2026-03-01T12:00:00Z");

/** Six applications: one that has left the hour's window just then, and two at one instant. */
const sent: Sent[] = [
  { tMs: t0 - 25 * hour, loan_amount_minor: 4_000_000, device_id: "d1" },
  { tMs: t0 - hour, device_id: "d1" },
  { tMs: t0 - hour + 1, device_id: "d2" },
  { tMs: t0, device_id: "d2" },
  { tMs: t0, loan_amount_minor: 900_000 },
  {
    tMs: t0,
    credit_score: 550,
    loan_amount_minor: 500_000,
    device_id: "d3",
    score: { key_factors: ["Short history"] },
  },
];

let connections: Connections & { creditdbUrl: string };
beforeEach(async () => {
  connections = await newDatabases();
});

async function explain(id = "a-5"): Promise<Explanation> {
  const explanation = await explainDecision(connections, id);
  if (!explanation) throw new Error(`no decision on ${id}`);
  return explanation;
}
const verdictOf = async (id?: string) => {
  const { verdict, findings } = await explain(id);
  return { verdict, findings: findings.join("\n") };
};

describe("explain says same", () => {
  test("of every decision while nothing changed: ties, window edges and missing devices included", async () => {
    await recordDecisions(connections, velocityFile, sent);
    for (const [index] of sent.entries())
      expect(await verdictOf(`a-${index}`)).toEqual({ verdict: "same", findings: "" });
    const { recorded } = await explain();
    expect(recorded.decision.features).toEqual({
      applications_1h: 4,
      requested_24h: 44_000,
      largest_7d: 40_000,
      devices_24h: 3,
    });
  });

  test("of a decision by an exception, and after a review", async () => {
    const grant = { id: "ex-1", userId: "u", status: "Under Review" as const, reason: "Known", approvedBy: "ada" };
    const times = { createdAtMs: Date.now(), effectiveFromMs: t0, expiresAtMs: t0 + hour };
    const exception = { ...grant, ...times };
    await insertException(connections.db, exception, { leadMsMin: Number.NEGATIVE_INFINITY });
    await recordDecisions(connections, velocityFile, [{ tMs: t0, exception }]);
    await recordReview(connections.sql, "a-0", { status: "Approved", reviewedBy: "grace", reason: "Payslips" });
    const explanation = await explain("a-0");
    expect(explanation).toMatchObject({ verdict: "same", findings: [], exception });
    const text = formatExplanation(explanation);
    expect(text).toMatch(/^Application a-0 of user u: Approved after review\n/);
    expect(text).toMatch(/exception +ex-1 made it Under Review, by ada: Known/);
    expect(text).toMatch(/review +Approved by grace at .*: Payslips/);
    expect(text).toMatch(/POLICY_EXCEPTION {2}internal; the customer reads nothing of it/);
  });
});

describe("explain says data changed", () => {
  test.each([
    [
      "an earlier amount",
      "update credit_scores set loan_amount = 1 where application_id = 'a-2'",
      /requested_24h is recorded as 44000; the recorded rows give 34001/,
    ],
    [
      "an earlier row that is gone",
      "delete from credit_scores where application_id = 'a-3'",
      /applications_1h is recorded as 4; the recorded rows give 3/,
    ],
    [
      "an earlier row that moved to another user",
      "update credit_scores set user_id = 'v' where application_id = 'a-4'",
      /applications_1h/,
    ],
    [
      "its own score",
      "update credit_scores set credit_score = 720 where application_id = 'a-5'",
      /risk_level is recorded as "Medium"; it comes out as "Low"/,
    ],
    [
      "its own score, where only a reason's value shows it",
      "update credit_scores set loan_amount = 5001 where application_id = 'a-5'",
      /reason_details/,
    ],
    [
      "a recorded window",
      `update credit_scores set features = features || '{"devices_24h": 4}' where application_id = 'a-5'`,
      /devices_24h is recorded as 4; the recorded rows give 3/,
    ],
    [
      "a window that is not recorded",
      "update credit_scores set features = features - 'devices_24h' where application_id = 'a-5'",
      /devices_24h is not recorded/,
    ],
    [
      "the recorded status",
      "update credit_scores set policy_status = 'Approved', approval_status = 'Approved' where application_id = 'a-5'",
      /policy_status is recorded as "Approved"; SQL decides "Under Review"/,
    ],
    [
      "the recorded reasons",
      "update credit_scores set reasons = '{LOAN_PURPOSE}' where application_id = 'a-5'",
      /reasons is recorded as \["LOAN_PURPOSE"\]/,
    ],
  ])("with %s", async (_, statement, finding) => {
    await recordDecisions(connections, velocityFile, sent);
    await connections.sql.unsafe(statement);
    const { verdict, findings } = await verdictOf();
    expect(verdict).toBe("data changed");
    expect(findings).toMatch(finding);
  });

  test("not for what lies outside: a later event of the same instant, another user, an event a window has just left", async () => {
    const weekMs = 7 * 24 * hour;
    const outside = [{ tMs: t0 - weekMs }, { tMs: t0 - 1, user_id: "v" }];
    await recordDecisions(connections, velocityFile, [...outside, { tMs: t0 }, { tMs: t0 }]);
    await connections.sql`update credit_scores set loan_amount = 1, device_id = 'other' where application_id <> 'a-2'`;
    expect(await verdictOf("a-2")).toEqual({ verdict: "same", findings: "" });
    expect((await verdictOf("a-3")).verdict).toBe("data changed");
  });
});

describe("explain says policy changed", () => {
  const policies = () => connections.db.collection<{ _id: string }>(collections.policies);
  const changed = readFileSync(velocityFile, "utf8").replace("credit_score >= 600", "credit_score >= 500");
  test.each([
    ["another text", () => policies().updateOne({}, { $set: { yaml: changed } }), /SHA-256 \w+; it was published with/],
    [
      "another text with its own hash: the audit log has the first one",
      () => policies().updateOne({}, { $set: { yaml: changed, sha256: sha256Of(changed) } }),
      /SHA-256 \w+; it was published with/,
    ],
    [
      "a text that no longer checks",
      () => policies().updateOne({}, { $set: { yaml: "policy: none" } }),
      /no longer checks/,
    ],
    ["no document", () => policies().deleteMany({}), /consumer-loans@1 is no longer in the catalogue/],
    [
      "another compiler",
      () => policies().updateOne({}, { $set: { compiler_version: 2 } }),
      /compiler version 2; this is 1/,
    ],
    [
      "another version in force at its time",
      () => {
        const version = {
          version: "other@1",
          policy: "other",
          number: 1,
          yaml: "x",
          sha256: sha256Of("x"),
          compilerVersion: 1,
        };
        const times = { publishedAtMs: Date.now(), effectiveFromMs: t0 - hour };
        return insertPolicy(connections.db, { ...version, ...times, publishedBy: "m", note: "" }, { leadMsMin: -1e15 });
      },
      /other@1 was in force at its time, not consumer-loans@1/,
    ],
    [
      "an exception that was not there",
      () => {
        const grant = { id: "ex-1", applicationId: "a-5", status: "Approved" as const, reason: "r", approvedBy: "m" };
        const times = { createdAtMs: Date.now(), effectiveFromMs: 0, expiresAtMs: t0 + hour };
        return insertException(connections.db, { ...grant, ...times }, { leadMsMin: -1e15 });
      },
      /the exception at its time is ex-1; it was decided by none/,
    ],
  ])("with %s", async (_, tamper, finding) => {
    await recordDecisions(connections, velocityFile, sent);
    await tamper();
    const { verdict, findings } = await verdictOf();
    expect(verdict).toBe("policy changed");
    expect(findings).toMatch(finding);
  });
});

test("an explanation reads as inputs, features, clauses, reasons and the verdict", async () => {
  await recordDecisions(connections, velocityFile, sent);
  expect(formatExplanation(await explain()).split("\n")).toEqual([
    "Application a-5 of user u: Under Review",
    "  received  2026-03-01T12:00:00.000Z as credit_applications/3/5",
    "  policy    consumer-loans@1 said Under Review; risk Medium",
    "Inputs",
    "  credit_score  550",
    "  loan_amount   5000",
    "  device_id     d3",
    "Features",
    "  applications_1h  4",
    "  requested_24h    44000",
    "  largest_7d       40000",
    "  devices_24h      3",
    "Clauses",
    "  fraud risky-transaction  fails      loan_amount > 15000 && credit_score < 450",
    "  fraud many-devices       fails      devices_24h > 3",
    "  fraud burst              fails      applications_1h > 5 && requested_24h > 50000",
    "  risk risk.1              fails      credit_score >= 700",
    "  risk risk.2              decides    credit_score >= 500",
    "  risk risk.3              not asked  otherwise",
    "  approval fraud           fails      is_fraud",
    "  approval high-risk       fails      risk_level == 'High'",
    "  approval velocity        decides    applications_1h > 3 || largest_7d > 4 * loan_amount",
    "  approval instant         not asked  credit_score >= 600 && loan_amount <= 15000",
    "  approval review          not asked  otherwise",
    "Reasons",
    "  TOO_MANY_APPLICATIONS  the customer reads: Too many recent applications with us",
    "    because  applications_1h > 3 (clause velocity): applications_1h 4, threshold 3",
    "    because  largest_7d > 4 * loan_amount (clause velocity): largest_7d 40000, loan_amount 5000",
    "Evaluated again: the same, by the stream's engine and by SQL over the recorded events.",
  ]);
});

test("an attribute that does not fit counts as missing, and is shown with what is wrong with it", async () => {
  const file = join(folder, "dti.yaml");
  const text = readFileSync(defaultPolicyFile, "utf8")
    .replace(
      "applications:",
      "inputs:\n  dti: { type: decimal, scale: 1, min: 0, max: 100, optional: true }\napplications:",
    )
    .replace('"is_fraud"', '"is_fraud || (has(dti) && dti > 90)"');
  writeFileSync(file, text);
  await recordDecisions(connections, file, [{ tMs: t0, attributes: { dti: 12.25 } }, { tMs: t0 }]);
  const dtiOf = ({ inputs }: Explanation) => inputs.find(({ name }) => name === "dti");
  expect(dtiOf(await explain("a-0"))).toEqual({
    name: "dti",
    value: undefined,
    unfit: "12.25 has more than 1 decimals",
  });
  expect(dtiOf(await explain("a-1"))).toEqual({ name: "dti", value: undefined });
  expect(formatExplanation(await explain("a-0"))).toMatch(/dti +missing: 12\.25 has more than 1 decimals/);
  expect(await verdictOf("a-0")).toEqual({ verdict: "same", findings: "" });
});

describe("scoreline explain", () => {
  const run = (...args: string[]) =>
    runProgram({ ...inject("env"), CREDITDB_URL: connections.creditdbUrl }, "explain", ...args);

  test("prints a decision, or all of it as JSON", async () => {
    await recordDecisions(connections, defaultPolicyFile, [
      { tMs: t0, credit_score: 400, loan_amount_minor: 1_600_000 },
    ]);
    const { stdout } = await run("a-0");
    expect(stdout).toMatch(
      /consumer-loans@1 said Rejected; risk High; fraud by risky-transaction \(Risky transaction\)/,
    );
    expect(stdout).toMatch(/SUSPECTED_FRAUD {2}internal; the customer reads nothing of it/);
    expect(stdout).toMatch(/Evaluated again: the same, by the stream's engine and by SQL over the recorded events\.$/);
    const json = JSON.parse((await run("a-0", "--json")).stdout);
    expect(json).toMatchObject({
      verdict: "same",
      recorded: { offset: 0, application: { credit_score: 400 }, decision: { reasons: ["SUSPECTED_FRAUD"] } },
    });
  });

  test("of an id that is neither an application's nor a transaction's says so", async () => {
    const neither = (id: string) => `There is no application with a decision and no card transaction that is ${id}.`;
    expect((await run("a-9")).error).toBe(neither("a-9"));
    const uuid = "00000000-0000-4000-8000-000000000009";
    expect((await run(uuid)).error).toBe(neither(uuid));
    expect((await run("no id")).error).toMatch(/1-64 characters/);
  });
});
