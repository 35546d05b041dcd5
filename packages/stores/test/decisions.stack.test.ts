import type { Application } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { readDecisions } from "../src/postgres/decisions.ts";
import { readDecision } from "../src/postgres/index.ts";
import { commitSettlement, newCreditdb, scored, take } from "./support.ts";

const full: Partial<Application> = {
  credit_score: 550,
  loan_amount_minor: 999_999_999_999,
  applicant: { name: "Zoë 😀", age: 41, gender: "f", region: "NY" },
  device_id: "d-1",
  score: { model: "FICO 8", date: "2026-01-31", key_factors: ["Too many accounts", 'with "quotes", and \\'] },
  attributes: { dti: 12.3456, employed: true, purpose: "car" },
  consent: { automated_decision: true, analytics: false },
};

test("a decision comes back with its event, its place and everything it rests on", async () => {
  const sql = await newCreditdb();
  const record = scored(7n, full);
  record.decision = {
    isFraud: true,
    fraudRules: ["burst", "devices"],
    fraudReason: "Burst",
    riskLevel: "Medium",
    policyStatus: "Rejected",
    approvalStatus: "Approved",
    reasons: ["POLICY_EXCEPTION"],
    reasonDetails: [
      {
        code: "CREDIT_SCORE_TOO_LOW",
        literal: "score/0",
        clause: "score",
        test: "credit_score < 600",
        values: { credit_score: 550 },
        threshold: 600,
        counterfactual: { kind: "single", changes: [{ input: "credit_score", from: 550, to: 600 }] },
      },
    ],
    features: { applications_1h: 3, requested_24h: 12_000.5 },
    policyVersion: "loans@2",
    exceptionId: "e1",
  };
  await commitSettlement(sql, await take(sql), { next: 8n, maxTMs: 1_007, scored: [record], faulty: [] });
  expect(await readDecision(sql, "a-7")).toEqual({
    application: record.application,
    topic: "applications",
    partition: 0,
    offset: 7n,
    tMs: 1_007,
    decision: record.decision,
    scoredAt: expect.any(Date),
    review: undefined,
  });
});

test("what an application did not carry is absent, not null", async () => {
  const sql = await newCreditdb();
  const record = scored(0n);
  await commitSettlement(sql, await take(sql), { next: 1n, maxTMs: 1_000, scored: [record], faulty: [] });
  const read = await readDecision(sql, "a-0");
  expect(Object.keys(read?.application ?? {}).toSorted()).toEqual(Object.keys(record.application).toSorted());
  expect(read).toMatchObject({ application: record.application, decision: record.decision });
  expect(await readDecision(sql, "a-1")).toBeUndefined();
});

test("many are read at once, each by its own id, and those that are not decided are not among them", async () => {
  const sql = await newCreditdb();
  const records = [0n, 1n, 2n].map((offset) => scored(offset));
  await commitSettlement(sql, await take(sql), { next: 3n, maxTMs: 1_002, scored: records, faulty: [] });
  const read = await readDecisions(sql, ["a-2", "nobody", "a-0", "a-2"]);
  expect([...read].map(([id, { application, offset }]) => [id, application.application_id, offset]).toSorted()).toEqual(
    [
      ["a-0", "a-0", 0n],
      ["a-2", "a-2", 2n],
    ],
  );
  expect(await readDecisions(sql, [])).toEqual(new Map());
});
