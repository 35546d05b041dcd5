import { expect, test } from "vitest";
import { checkedOf, inputs, marked, problemsOf } from "./testing/documents.ts";

function documentOf(declaration: string): string {
  return `policy: loans
${inputs}
applications:
  features:
    x: ${declaration}
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`;
}

const count = { kind: "number", scale: 0, min: 0, max: 1_000_000_000 };
const money = { kind: "number", scale: 2, min: 1, max: 999_999_999_999 };

test.each([
  ["{ count: true, window: 1ms }", { aggregate: "count", windowMs: 1, type: { ...count, min: 1 } }],
  ["{ count: true, window: 90s }", { aggregate: "count", windowMs: 90_000, type: { ...count, min: 1 } }],
  [
    "{ count: true, window: 1h, cap: 1000 }",
    { aggregate: "count", windowMs: 3_600_000, cap: 1000, type: { ...count, min: 1, max: 1000 } },
  ],
  [
    "{ sum: loan_amount, window: 30m, cap: 10000000 }",
    {
      aggregate: "sum",
      input: "loan_amount",
      windowMs: 1_800_000,
      cap: 1_000_000_000,
      type: { ...money, max: 1_000_000_000 },
    },
  ],
  [
    "{ sum: income, window: 1h, cap: 0.01 }",
    {
      aggregate: "sum",
      input: "income",
      windowMs: 3_600_000,
      cap: 1,
      type: { kind: "number", scale: 2, min: 0, max: 1 },
    },
  ],
  [
    "{ max: loan_amount, window: 168h }",
    { aggregate: "max", input: "loan_amount", windowMs: 604_800_000, type: money },
  ],
  [
    "{ min: balance, window: 7d }",
    {
      aggregate: "min",
      input: "balance",
      windowMs: 604_800_000,
      type: { kind: "number", scale: 6, min: -900_000_000_000_000, max: 900_000_000_000_000 },
    },
  ],
  [
    "{ distinct: device_id, window: 1d }",
    { aggregate: "distinct", input: "device_id", windowMs: 86_400_000, type: count },
  ],
  ["{ distinct: dti, window: 1d }", { aggregate: "distinct", input: "dti", windowMs: 86_400_000, type: count }],
])("`%s` is a window", (declaration, feature) => {
  expect(checkedOf(documentOf(declaration)).features).toEqual([{ name: "x", ...feature }]);
});

test("a window's input is one that the policy names", () => {
  expect(checkedOf(documentOf("{ distinct: purpose, window: 1d }")).inputs.map(({ name }) => name)).toEqual([
    "purpose",
  ]);
});

const aggregateFix = "keep one of `count`, `sum`, `min`, `max` or `distinct`";
const capFix = "write a whole number from 2 to 1000000000";
const windowFix = "write 90s, 30m, 24h or 7d";

test.each([
  ["§{ window: 1h }", `a feature has exactly one aggregate; ${aggregateFix}`],
  ["§{ count: true, sum: income, window: 1h, cap: 5 }", `a feature has exactly one aggregate; ${aggregateFix}`],
  ["{ count: §false, window: 1h }", "count is false; write true, or leave the key out"],
  [
    "§{ count: true }",
    "window is missing; write a length of time such as 90s, 30m, 24h or 7d, in quotes where it looks like a number",
  ],
  ["{ count: true, window: §8d }", `the window "8d" is no length of time up to 7 days; ${windowFix}`],
  ["{ count: true, window: §0s }", `the window "0s" is no length of time up to 7 days; ${windowFix}`],
  ["{ count: true, window: §1.5h }", `the window "1.5h" is no length of time up to 7 days; ${windowFix}`],
  ["{ count: true, window: §1w }", `the window "1w" is no length of time up to 7 days; ${windowFix}`],
  [
    "{ count: true, window: §3600 }",
    "window is the number 3600; write a length of time such as 90s, 30m, 24h or 7d, in quotes where it looks like a number",
  ],
  ["{ count: true, windw: 1h }", undefined],
  ["{ max: income, window: 1h, cap: §5 }", "`cap` goes with `sum` and `count`; remove it"],
  ["{ count: true, window: 1h, cap: §1 }", `1 is no cap of a count; ${capFix}`],
  ["{ count: true, window: 1h, cap: §1000000001 }", `1000000001 is no cap of a count; ${capFix}`],
  ["{ count: true, window: 1h, cap: §2.5 }", "2.5 has more than 0 decimals; write fewer, or raise the scale"],
  ["§{ sum: income, window: 1h }", "a sum needs a `cap`, to which it is clamped; add cap: 10000000"],
  ["{ sum: income, window: 1h, cap: §0 }", "every sum reaches the cap 0; raise it above the least value of the input"],
  ["{ sum: income, window: 1h, cap: §0.005 }", "0.005 has more than 2 decimals; write fewer, or raise the scale"],
  [
    "{ sum: income, window: 1h, cap: §10000000000000 }",
    "10000000000000 has more than 15 digits with its 2 decimals; come nearer to 0, or lower the scale",
  ],
  ["{ sum: §dti, window: 1h, cap: 5 }", "`dti` may be missing; give it a `default`"],
  ["{ sum: §balance, window: 1h, cap: 5 }", "`balance` can be negative; give it a `min` of 0 or more"],
  ["{ sum: §channel, window: 1h, cap: 5 }", "`channel` is a string; take the sum of a number"],
  ["{ max: §dti, window: 1h }", "`dti` may be missing; give it a `default`"],
  ["{ min: §channel, window: 1h }", "`channel` is a string; take the min of a number"],
  ["{ distinct: §member, window: 1h }", "`member` is a boolean; count the values of a string or a number"],
  ["{ distinct: §devise_id, window: 1h }", "`devise_id` is not known here; write `device_id`"],
  [
    "{ distinct: §user_id, window: 1h }",
    "`user_id` tells records and people apart and says nothing of the risk; remove it: windows are already over the events of one user",
  ],
  [
    "{ max: §applicant_age, window: 1h }",
    "an applicant's age is a test of capacity only (12 CFR 1002.6(b)(2)(i)); remove the feature",
  ],
  [
    "{ distinct: §applicant_gender, window: 1h }",
    "`applicant_gender` is a prohibited basis, sex (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b)); remove it: credit is decided without it",
  ],
])("`%s` is told at its mark", (declaration, problem) => {
  if (problem === undefined) {
    expect(problemsOf(documentOf(declaration)).join()).toMatch(/`windw` is not a key here; write `window`/);
    return;
  }
  const { yaml, place } = marked(documentOf(declaration));
  expect(problemsOf(yaml)).toEqual([`${place} feature x: ${problem}`]);
});

test("at most 32 windows are declared", () => {
  const features = (size: number) =>
    documentOf("{ count: true, window: 1h }").replace(
      /\n {4}x: .*/,
      Array.from({ length: size }, (_, index) => `\n    x${index}: { count: true, window: 1h }`).join(""),
    );
  expect(problemsOf(features(32))).toEqual(["clean"]);
  expect(problemsOf(features(33))).toEqual(["45:5 features: features has more than 32 entries; remove some"]);
});

test("a feature with a problem is told once, and not again by who names it", () => {
  const yaml = documentOf("{ count: true, window: 8d }").replace(
    "[{ level: Low }]",
    "[{ level: High, when: x > 3 }, { level: Low }]",
  );
  expect(problemsOf(yaml)).toHaveLength(1);
});
