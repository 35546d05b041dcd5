import { type ReasonDetail, reasonCodes, reasons } from "@scoreline/contracts";
import { expect, test } from "vitest";
import { approved, nowMs, parsed, recorded } from "../test/support.ts";
import { answerOf } from "./answer.ts";

const scoreTooLow: ReasonDetail = {
  code: "CREDIT_SCORE_TOO_LOW",
  literal: "high-risk/1",
  clause: "high-risk",
  test: "credit_score < 500",
  values: { credit_score: 480 },
  threshold: 500,
  counterfactual: { kind: "single", changes: [{ input: "credit_score", from: 480, to: 500 }] },
  keyFactors: ["Too many inquiries"],
};
const tooFast: ReasonDetail = {
  code: "TOO_MANY_APPLICATIONS",
  literal: "velocity/1",
  clause: "velocity",
  test: "applications_1h > 3",
  values: { applications_1h: 4 },
  threshold: 3,
};

const rejected = (over: Partial<typeof approved>) =>
  recorded({
    decision: { ...approved, approvalStatus: "Rejected", policyStatus: "Rejected", riskLevel: "High", ...over },
  });

test("an approval has its place, its policy and nothing to explain", () => {
  const offset = 9_007_199_254_740_993n;
  expect(answerOf(recorded({ partition: 3, offset, application: parsed({ application_id: 12 }) }))).toEqual({
    application_id: "12",
    decision_id: "credit_applications/3/9007199254740993",
    status: "Approved",
    policy_status: "Approved",
    risk_level: "Low",
    is_fraud: false,
    reasons: [],
    policy_version: "test@1",
    features: {},
    received_at: new Date(nowMs).toISOString(),
  });
});

test("a reason comes in a customer's words, with its test and what would change it", () => {
  const decision = { reasons: ["CREDIT_SCORE_TOO_LOW"], reasonDetails: [scoreTooLow] };
  expect(answerOf(rejected(decision)).reasons).toEqual([
    {
      code: "CREDIT_SCORE_TOO_LOW",
      wording: reasons.CREDIT_SCORE_TOO_LOW.wording,
      tests: [
        {
          test: "credit_score < 500",
          values: { credit_score: 480 },
          threshold: 500,
          counterfactual: scoreTooLow.counterfactual,
          key_factors: ["Too many inquiries"],
        },
      ],
    },
  ]);
});

test("reasons keep their rank, and those of one code are one reason", () => {
  const second: ReasonDetail = { ...scoreTooLow, test: "credit_score < 650", threshold: 650, pointsLost: 12 };
  const codes = ["LOAN_AMOUNT_TOO_HIGH", "CREDIT_SCORE_TOO_LOW"];
  const told = answerOf(rejected({ reasons: codes, reasonDetails: [scoreTooLow, second] })).reasons;
  expect(told.map(({ code }) => code)).toEqual(codes);
  expect(told.map(({ tests }) => tests.map(({ test }) => test))).toEqual([
    [],
    ["credit_score < 500", "credit_score < 650"],
  ]);
  expect(told[1]?.tests[1]).toMatchObject({ points_lost: 12 });
});

test("a fraud is told as such, and none of its rules, reasons or words is in the answer", () => {
  const fraud = answerOf(
    rejected({
      isFraud: true,
      fraudRules: ["risky-transaction"],
      fraudReason: "Risky transaction",
      reasons: ["SUSPECTED_FRAUD", "CREDIT_SCORE_TOO_LOW"],
      reasonDetails: [
        { ...scoreTooLow, code: "SUSPECTED_FRAUD", clause: "fraud", literal: "fraud/1", test: "loan_amount > 15000" },
        scoreTooLow,
      ],
      exceptionId: "exception-9",
    }),
  );
  expect(fraud).toMatchObject({ is_fraud: true, status: "Rejected" });
  expect(fraud.reasons.map(({ code }) => code)).toEqual(["CREDIT_SCORE_TOO_LOW"]);
  expect(JSON.stringify(fraud)).not.toMatch(/risky|fraud\/|SUSPECTED|15000|exception-9/i);
});

test("no internal reason, and none that this version does not know, is ever told", () => {
  const internal = reasonCodes.filter((code) => reasons[code].internal);
  expect(internal.length).toBeGreaterThan(1);
  const codes = [...internal, "NEWER_THAN_THIS", "toString", "__proto__"];
  const details = codes.map((code) => ({ ...scoreTooLow, code: code as ReasonDetail["code"] }));
  expect(answerOf(rejected({ reasons: codes, reasonDetails: details })).reasons).toEqual([]);
});

test("how fast is too fast is not told: a reason on a window has its wording only", () => {
  const set = { kind: "set" as const, changes: [{ input: "applications_1h", from: 4, to: 3 }] };
  const answer = answerOf(
    rejected({
      features: { applications_1h: 4 },
      reasons: ["TOO_MANY_APPLICATIONS", "CREDIT_SCORE_TOO_LOW"],
      reasonDetails: [tooFast, { ...scoreTooLow, counterfactual: set }],
    }),
  );
  expect(answer.reasons.map(({ tests }) => tests)).toEqual([[], []]);
  expect(answer.features).toEqual({ applications_1h: 4 });
});

test("an exception shows as another status than the policy's, and a review as how a person ended it", () => {
  const review = {
    status: "Approved",
    reviewedBy: "ann",
    reason: "secret words",
    reviewedAt: new Date(nowMs),
  } as const;
  const answer = answerOf({
    ...recorded({ decision: { ...approved, policyStatus: "Rejected", approvalStatus: "Under Review" } }),
    review,
  });
  expect(answer).toMatchObject({ status: "Under Review", policy_status: "Rejected" });
  expect(answer.review).toEqual({ status: "Approved", reviewed_at: new Date(nowMs).toISOString() });
  expect(JSON.stringify(answer)).not.toMatch(/ann|secret/);
});
