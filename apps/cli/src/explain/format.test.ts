import { type ReasonDetail, reasonCodes, reasons } from "@scoreline/contracts";
import { describe, expect, test } from "vitest";
import type { Explanation } from "./explain.ts";
import { formatExplanation } from "./format.ts";

const detail: ReasonDetail = {
  code: "CREDIT_SCORE_TOO_LOW",
  literal: "instant/0",
  clause: "instant",
  test: "credit_score < 600",
  values: { credit_score: 550 },
  threshold: 600,
};

function explanation(over: Partial<Explanation["recorded"]["decision"]>, rest: Partial<Explanation> = {}): Explanation {
  return {
    recorded: {
      application: { application_id: "a", user_id: "u", credit_score: 550, loan_amount_minor: 1, timestamp_ms: 0 },
      topic: "credit_applications",
      partition: 0,
      offset: 7n,
      tMs: 0,
      scoredAt: new Date(0),
      review: undefined,
      decision: {
        isFraud: false,
        fraudRules: [],
        fraudReason: undefined,
        riskLevel: "Medium",
        policyStatus: "Under Review",
        approvalStatus: "Under Review",
        reasons: [],
        reasonDetails: [],
        features: {},
        policyVersion: "loans@1",
        exceptionId: undefined,
        ...over,
      },
    },
    exception: undefined,
    inputs: [],
    features: [],
    clauses: [],
    verdict: "same",
    findings: [],
    ...rest,
  };
}

const linesOf = (one: Explanation) => formatExplanation(one).split("\n");

describe("an explanation", () => {
  test("without reasons, inputs and clauses is its heading, where it came in, the policy and the verdict", () => {
    expect(linesOf(explanation({}))).toEqual([
      "Application a of user u: Under Review",
      "  received  1970-01-01T00:00:00.000Z as credit_applications/0/7",
      "  policy    loans@1 said Under Review; risk Medium",
      "Evaluated again: the same, by the stream's engine and by SQL over the recorded events.",
    ]);
  });

  test("tells of a reason its test, its threshold, what would have changed it, and what lowered the score", () => {
    const change = { input: "credit_score", from: 550, to: 600 };
    const details: ReasonDetail[] = [
      {
        ...detail,
        counterfactual: { kind: "single", changes: [change] },
        keyFactors: ["Short history", "Late payments"],
      },
    ];
    expect(linesOf(explanation({ reasons: [detail.code], reasonDetails: details })).slice(3, -1)).toEqual([
      "Reasons",
      "  CREDIT_SCORE_TOO_LOW  the customer reads: Credit score below our lending threshold",
      "    because           credit_score < 600 (clause instant): credit_score 550, threshold 600",
      "    otherwise with    credit_score 550 -> 600",
      "    score lowered by  Short history; Late payments",
    ]);
  });

  test("labels a set of changes as one, and tells the points that a characteristic lost", () => {
    const changes = [
      { input: "credit_score", from: 550, to: 600 },
      { input: "dti", from: null, to: 40.5 },
    ];
    const card: ReasonDetail = {
      ...detail,
      code: "SCORECARD_POINTS_TOO_LOW",
      values: { points: 12.5, dti: null },
      threshold: null,
      pointsLost: 17.5,
      counterfactual: { kind: "set", changes },
    };
    expect(linesOf(explanation({ reasons: [card.code], reasonDetails: [card] })).slice(5, -1)).toEqual([
      "    because         credit_score < 600 (clause instant): points 12.5, dti missing",
      "    points lost     17.5",
      "    otherwise with  credit_score 550 -> 600 and dti missing -> 40.5 together",
    ]);
  });

  test.each(reasonCodes)("shows for %s what a customer reads, which is nothing where it is internal", (code) => {
    const line = linesOf(explanation({ reasons: [code] })).find((text) => text.includes(code));
    const { internal, wording } = reasons[code];
    expect(line).toBe(
      internal ? `  ${code}  internal; the customer reads nothing of it` : `  ${code}  the customer reads: ${wording}`,
    );
  });

  test.each([
    ["policy changed", "Evaluated again: the policy changed."],
    ["data changed", "Evaluated again: the data changed."],
  ] as const)("ends with %s and every finding", (verdict, line) => {
    const findings = ["one thing", "another"];
    expect(linesOf(explanation({}, { verdict, findings })).slice(-3)).toEqual([line, "  one thing", "  another"]);
  });
});
