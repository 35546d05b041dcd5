import { expect, test } from "vitest";
import type { ReasonDetail } from "./decision.ts";
import { reasonDetailsJson } from "./reasonDetailsJson.ts";

const detail: Required<ReasonDetail> = {
  code: "CREDIT_SCORE_TOO_LOW",
  literal: "low/1",
  clause: "low",
  test: `purpose == "it's \\ \u2028 😀"`,
  values: { credit_score: 480, loan_amount: 20_000.5, purpose: 'say "no"\n', employed: false, dti: null, total: -0 },
  threshold: 1e21,
  pointsLost: 0.5,
  keyFactors: ['Too "many" accounts', "\ud800"],
  counterfactual: {
    kind: "set",
    changes: [
      { input: "credit_score", from: 480, to: 500 },
      { input: "dti", from: null, to: 1e-7 },
    ],
  },
};
const { pointsLost, keyFactors, counterfactual, ...bare } = detail;

test.each<[string, ReasonDetail[]]>([
  ["none", []],
  ["one with everything", [detail]],
  ["one with the least", [bare]],
  [
    "several",
    [
      { ...bare, keyFactors },
      { ...bare, values: {}, threshold: "car" },
      { ...bare, counterfactual },
    ],
  ],
  ["numbers that JSON does not have", [{ ...bare, threshold: Number.NaN, pointsLost: Number.POSITIVE_INFINITY }]],
  ["empty lists", [{ ...bare, keyFactors: [], counterfactual: { kind: "set", changes: [] } }]],
  ["more texts than are remembered", Array.from({ length: 10_001 }, (_, at) => ({ ...bare, test: `x > ${at}` }))],
])("%s is written as JSON.stringify writes it", (_, details) => {
  expect(reasonDetailsJson(details)).toBe(JSON.stringify(details));
});
