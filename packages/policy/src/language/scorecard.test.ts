import { describe, expect, test } from "vitest";
import { checkedOf, inputs, marked, problemsOf } from "./testing/documents.ts";

function documentOf(card: string, when = "has(dti)"): string {
  return `policy: loans
${inputs}
scorecard:
${card}
applications:
  features: { seen: { count: true, window: 1h } }
  risk: [{ level: Low }]
  approval: [{ status: Approved, when: "${when}" }, { status: Under Review, reason: SCORECARD_POINTS_TOO_LOW }]
`;
}

const card = (characteristics: string) => `  id: points
  base: 400
  characteristics:
    - ${characteristics}`;

const dtiBins =
  "{ to: 10, points: 35 }, { from: 10, to: 20, points: 20.5 }, { from: 20, points: 0 }, { missing: true, points: -5 }";

test("a scorecard has all points at the scale of the finest, and the total's bounds", () => {
  const policy = checkedOf(
    documentOf(
      `  id: points
  base: 400
  characteristics:
    - { input: dti, reason: DEBT_TO_INCOME_TOO_HIGH, bins: [${dtiBins}] }
    - { id: why, input: purpose, bins: [{ in: [car], points: 10 }, { other: true, points: 0 }, { missing: true, points: 1 }] }
    - { input: seen, bins: [{ in: [1, 2], points: 3 }, { from: 1, points: -3 }] }
    - { input: member, bins: [{ in: [true], points: 1.25 }, { in: [false], points: 0 }] }`,
      "points > 410",
    ),
  );
  expect(policy.scorecard).toEqual({
    name: "points",
    base: 40_000,
    type: { kind: "number", scale: 2, min: 40_000 - 500 - 300, max: 40_000 + 3500 + 1000 + 300 + 125 },
    characteristics: [
      {
        id: "dti",
        source: { kind: "input", name: "dti", type: { kind: "number", scale: 2, min: 0, max: 50_000 } },
        reason: "DEBT_TO_INCOME_TOO_HIGH",
        bins: [
          { kind: "range", to: 1000, points: 3500 },
          { kind: "range", from: 1000, to: 2000, points: 2050 },
          { kind: "range", from: 2000, points: 0 },
          { kind: "missing", points: -500 },
        ],
      },
      {
        id: "why",
        source: { kind: "input", name: "purpose", type: { kind: "string" } },
        bins: [
          { kind: "values", values: ["car"], points: 1000 },
          { kind: "other", points: 0 },
          { kind: "missing", points: 100 },
        ],
      },
      {
        id: "seen",
        source: { kind: "feature", name: "seen", type: { kind: "number", scale: 0, min: 1, max: 1_000_000_000 } },
        bins: [
          { kind: "values", values: [1, 2], points: 300 },
          { kind: "range", from: 1, points: -300 },
        ],
      },
      {
        id: "member",
        source: { kind: "input", name: "member", type: { kind: "boolean" } },
        bins: [
          { kind: "values", values: [true], points: 125 },
          { kind: "values", values: [false], points: 0 },
        ],
      },
    ],
  });
  expect(policy.inputs.map(({ name }) => name)).toEqual(["dti", "purpose", "member"]);
  expect(policy.approval[0]?.when).toMatchObject({
    left: { kind: "points", name: "points", type: policy.scorecard?.type },
  });
});

test.each([
  "{ input: term, bins: [{ to: 12, points: 1 }, { from: 12, points: 2 }] }",
  "{ input: term, bins: [{ in: [12, 24, 36], points: 1 }, { other: true, points: 2 }] }",
  "{ input: term, bins: [{ from: -5, to: 61, points: 1 }] }",
  "{ input: purpose, bins: [{ in: [car, boat], points: 1 }, { in: [house], points: 2 }, { missing: true, points: 0 }] }",
  "{ input: purpose, bins: [{ missing: true, points: 0 }, { other: true, points: 1 }] }",
  "{ input: channel, bins: [{ in: [web, 'shop'], points: 1 }, { other: true, points: 2 }] }",
  "{ input: credit_score, bins: [{ to: 400, points: 0 }, { from: 350, points: 1 }] }",
])("one bin is the first to fit every value: `%s`", (characteristic) => {
  expect(problemsOf(documentOf(card(characteristic)))).toEqual(["clean"]);
});

const noneComes = "no value ever comes to this bin; remove it, or put it before the bins that take its values";
const otherFix = "add a bin for it, or { other: true, points: 0 } at the end";
const internal = "SUSPECTED_FRAUD is internal: a customer has no wording of it; take another code";

test.each([
  ["{ input: term, bins: §[{ to: 12, points: 1 }, { from: 13, points: 2 }] }", `no bin fits 12; ${otherFix}`],
  ["{ input: term, bins: §[{ from: 13, points: 2 }] }", `no bin fits 1 to 12; ${otherFix}`],
  [
    "{ input: income, bins: §[{ to: 10, points: 1 }, { from: 20, points: 2 }] }",
    `no bin fits 10 to 19.99; ${otherFix}`,
  ],
  ["{ input: term, bins: §[{ in: [1], points: 1 }] }", `no bin fits 2 to 60; ${otherFix}`],
  ["{ input: channel, bins: §[{ in: [web], points: 1 }] }", `no bin fits any other text; ${otherFix}`],
  [
    "{ input: purpose, bins: §[{ in: [car], points: 1 }, { missing: true, points: 1 }] }",
    `no bin fits "boat", "house"; ${otherFix}`,
  ],
  ["{ input: member, bins: §[{ in: [true], points: 1 }] }", `no bin fits false; ${otherFix}`],
  [
    "{ input: dti, bins: §[{ other: true, points: 1 }] }",
    "no bin fits a missing value; add { missing: true, points: 0 }",
  ],
  ["{ input: term, bins: [{ other: true, points: 1 }, §{ to: 3, points: 1 }] }", noneComes],
  [
    "{ input: term, bins: [{ to: 30, points: 1 }, §{ from: 10, to: 20, points: 2 }, { from: 30, points: 3 }] }",
    noneComes,
  ],
  ["{ input: term, bins: [{ other: true, points: 1 }, §{ missing: true, points: 1 }] }", noneComes],
  [
    "{ input: dti, bins: [{ other: true, points: 1 }, { missing: true, points: 1 }, §{ missing: true, points: 2 }] }",
    noneComes,
  ],
  ["{ input: term, bins: [§{ from: 61, points: 1 }, { other: true, points: 1 }] }", noneComes],
  [
    "{ input: channel, bins: [{ in: [web], points: 1 }, §{ in: [web], points: 2 }, { other: true, points: 1 }] }",
    noneComes,
  ],
  [
    "{ input: term, bins: [§{ from: 12, to: 12, points: 1 }, { other: true, points: 1 }] }",
    "the range from 12 to 12 is empty; make `to` larger than `from`",
  ],
  [
    "{ input: term, bins: [§{ from: 12, in: [1], points: 1 }] }",
    "a bin is a range, a list, `missing` or `other`; write from and to, or in, or one of the others",
  ],
  [
    "{ input: term, bins: [§{ points: 1 }] }",
    "a bin is a range, a list, `missing` or `other`; write from and to, or in, or one of the others",
  ],
  [
    "{ input: term, bins: [{ to: §12.5, points: 1 }] }",
    "12.5 has more than 0 decimals; write fewer, or raise the scale",
  ],
  ["{ input: channel, bins: [§{ to: 12, points: 1 }] }", "a string has no range; list its values: in: [...]"],
  [
    "{ input: channel, bins: [{ in: §[12], points: 1 }] }",
    "12 is not a string; list strings, strings in quotes where they look like numbers",
  ],
  [
    "{ input: term, bins: [{ in: §[true], points: 1 }] }",
    "true is not a number; list numbers, strings in quotes where they look like numbers",
  ],
  ["{ input: term, bins: [{ in: §[61], points: 1 }] }", "61 is not within 1 to 60; list values within the bounds"],
  ["{ input: purpose, bins: [{ in: §[cra], points: 1 }] }", '"cra" is none of the values of the input; write car'],
  ["{ input: term, bins: [{ other: true, points: §1.125 }] }", "points has more than 2 decimals; round it"],
  ["{ input: term, bins: [{ other: true, points: §'1' }] }", 'points is the text "1"; write points such as 35 or 20.5'],
  ["§{ input: term }", "bins is missing; list the bins with their points"],
  ["{ input: §trem, bins: [{ other: true, points: 1 }] }", "`trem` is not known here; write `term`"],
  [
    "{ input: §user_id, bins: [{ other: true, points: 1 }] }",
    "`user_id` tells records and people apart and says nothing of the risk; remove it: windows are already over the events of one user",
  ],
  [
    "{ input: §applicant_age, bins: [{ other: true, points: 1 }] }",
    "an applicant's age gives no points (ECOA, 15 U.S.C. 1691(a)(1); Regulation B, 12 CFR 1002.6(b)(2)); remove the characteristic",
  ],
  ["{ input: term, reason: §SUSPECTED_FRAUD, bins: [{ other: true, points: 1 }] }", internal],
  [
    "{ input: term, reason: §LOAN_PURPOSES, bins: [{ other: true, points: 1 }] }",
    'reason is the text "LOAN_PURPOSES"; write `LOAN_PURPOSE`',
  ],
])("`%s` is told at its mark", (characteristic, problem) => {
  const { yaml, place } = marked(documentOf(card(characteristic)));
  const name = /input: (\w+)/.exec(characteristic.replace("§", ""))?.[1];
  expect(problemsOf(yaml)).toEqual([`${place} scorecard points ${name}: ${problem}`]);
});

describe("a card", () => {
  const one = "characteristics: [{ input: term, bins: [{ other: true, points: 1 }] }]";

  test.each([
    [`  id: points\n  base: §400.125\n  ${one}`, "points: base has more than 2 decimals; round it"],
    [`  §id: points\n  ${one}`, "points: base is missing; write points such as 35 or 20.5"],
    ["  §id: points\n  base: 400", "points: the scorecard has no characteristics; list them under `characteristics`"],
    [
      "  §id: points\n  base: 400\n  characteristics: []",
      "points: the scorecard has no characteristics; list them under `characteristics`",
    ],
    [
      "  id: points\n  base: 400\n  characteristics: §{}",
      "points: characteristics is not a list; begin each entry of characteristics with a dash",
    ],
    [`  §id: points\n  base: 999999999999999\n  ${one}`, "points: the total has more than 15 digits; lower the points"],
  ])("%j is told", (text, problem) => {
    const { yaml, place } = marked(documentOf(text));
    expect(problemsOf(yaml)).toContain(`${place} scorecard ${problem}`);
  });

  test("has each characteristic once", () => {
    const twice =
      "characteristics: [{ input: term, bins: [{ other: true, points: 1 }] }, §{ input: term, bins: [{ other: true, points: 1 }] }]";
    const { yaml, place } = marked(documentOf(`  id: points\n  base: 0\n  ${twice}`));
    expect(problemsOf(yaml)).toEqual([
      `${place} scorecard points term: the characteristic \`term\` stands twice; give one of them an \`id\` of its own`,
    ]);
    expect(problemsOf(yaml.replace(", { input: term", ", { id: again, input: term"))).toEqual(["clean"]);
  });

  test("with a problem is told once, and not again by the clauses that name its total", () => {
    expect(problemsOf(documentOf(card("{ input: term, bins: [{ to: 3, points: 1 }] }"), "points > 410"))).toHaveLength(
      1,
    );
  });

  test("whose total a clause can never reach is told by that clause", () => {
    expect(problemsOf(documentOf(card("{ input: term, bins: [{ other: true, points: 1 }] }"), "points > 500"))).toEqual(
      [expect.stringContaining("this is never true: points is 401, the constant is 500")],
    );
  });
});
