import type { Application } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { decideBy, read, shipped, version } from "../test/policies.ts";
import { nowMs } from "../test/records.ts";

const application = (over: Partial<Application> = {}): Application => ({
  application_id: "a",
  user_id: "u",
  credit_score: 650,
  loan_amount_minor: 100_000,
  timestamp_ms: 0,
  ...over,
});
const velocity = shipped("velocity");
const common = { effectiveFromMs: 0, reason: "agreed", approvedBy: "tests", createdAtMs: 0 };

test("each application is decided with the user's earlier ones in its windows, and by its features recorded", () => {
  const decide = decideBy(read([version(velocity)]));
  const decisions = [0, 1, 2, 3].map((i) => decide(application({ application_id: `${i}` }), nowMs + i));
  expect(decisions.map(({ features }) => features.applications_1h)).toEqual([1, 2, 3, 4]);
  expect(decisions.map(({ approvalStatus }) => approvalStatus)).toEqual([
    "Approved",
    "Approved",
    "Approved",
    "Under Review",
  ]);
  expect(decisions[3]).toMatchObject({
    features: { applications_1h: 4, requested_24h: 4_000, largest_7d: 1_000, devices_24h: 0 },
    reasons: ["TOO_MANY_APPLICATIONS"],
    reasonDetails: [
      { code: "TOO_MANY_APPLICATIONS", clause: "velocity", values: { applications_1h: 4 }, threshold: 3 },
    ],
  });
  expect(decide(application({ user_id: "v" }), nowMs + 4).features).toMatchObject({ applications_1h: 1 });
});

test("a new version decides from its first millisecond on, with windows over what came before it", () => {
  const second = version(velocity, { number: 2, effectiveFromMs: nowMs });
  const decide = decideBy(read([version(shipped("default")), second]));
  expect(decide(application(), nowMs - 1)).toMatchObject({ policyVersion: "consumer-loans@1", features: {} });
  expect(decide(application(), nowMs)).toMatchObject({
    policyVersion: "consumer-loans@2",
    features: { applications_1h: 2 },
  });
});

test("an exception makes the status of record, and what the policy said stays", () => {
  const grant = { ...common, id: "e", userId: "u", status: "Rejected" as const, expiresAtMs: nowMs + 1 };
  const decide = decideBy(read([version(shipped("default"))], [grant]));
  expect(decide(application(), nowMs)).toMatchObject({
    policyStatus: "Approved",
    approvalStatus: "Rejected",
    exceptionId: "e",
    reasons: ["POLICY_EXCEPTION"],
    reasonDetails: [],
  });
  expect(decide(application(), nowMs + 1)).toMatchObject({ approvalStatus: "Approved", exceptionId: undefined });
});

test("what is recorded has the columns of a decision and no more", () => {
  expect(Object.keys(decideBy()(application(), nowMs)).toSorted()).toEqual(
    [
      "approvalStatus",
      "exceptionId",
      "features",
      "fraudReason",
      "fraudRules",
      "isFraud",
      "policyStatus",
      "policyVersion",
      "reasonDetails",
      "reasons",
      "riskLevel",
    ].toSorted(),
  );
});
