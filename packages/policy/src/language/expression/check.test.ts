import { describe, expect, test } from "vitest";
import { conditionOf, problemsIn } from "../testing/documents.ts";

describe("a condition's checked form", () => {
  const dti = { kind: "input", name: "dti", type: { kind: "number", scale: 2, min: 0, max: 50_000 } };
  const score = { kind: "input", name: "credit_score", type: { kind: "number", scale: 0, min: 300, max: 850 } };
  const constant = (value: number, scale = 0) => ({
    kind: "constant",
    type: { kind: "number", scale, min: value, max: value },
    value,
  });

  test("has chains of && and || flat, whatever the brackets", () => {
    const flat = conditionOf("member && (is_fraud && (credit_score > 600 && term > 3)) && !member");
    expect(flat).toMatchObject({ kind: "and", operands: Array(5).fill({}) });
    expect(conditionOf("member || is_fraud && term > 3 || !member")).toMatchObject({
      kind: "or",
      operands: [{ kind: "input" }, { kind: "and" }, { kind: "not" }],
    });
  });

  test("keeps each constant at its own scale", () => {
    expect(conditionOf("has(dti) && dti > 40.050")).toEqual({
      kind: "and",
      operands: [
        { kind: "has", name: "dti" },
        { kind: "comparison", operator: ">", left: dti, right: constant(4005, 2) },
      ],
    });
  });

  test("has the values of a list at the scale of what is looked for", () => {
    expect(conditionOf("has(dti) && dti in [1, 2.5, 40.05]")).toMatchObject({
      operands: [{}, { kind: "in", operand: dti, values: [100, 250, 4005] }],
    });
    expect(conditionOf("channel in ['web', \"shop\"]")).toMatchObject({ kind: "in", values: ["web", "shop"] });
  });

  test("carries bounds and decimals through a computation", () => {
    expect(conditionOf("2 * credit_score - income * 0.5 > -(term + 1)")).toEqual({
      kind: "comparison",
      operator: ">",
      left: {
        kind: "arithmetic",
        operator: "-",
        left: {
          kind: "arithmetic",
          operator: "*",
          left: constant(2),
          right: score,
          type: { kind: "number", scale: 0, min: 600, max: 1700 },
        },
        right: {
          kind: "arithmetic",
          operator: "*",
          left: { kind: "input", name: "income", type: { kind: "number", scale: 2, min: 0, max: 100_000_000 } },
          right: constant(5, 1),
          type: { kind: "number", scale: 3, min: 0, max: 500_000_000 },
        },
        type: { kind: "number", scale: 3, min: 600_000 - 500_000_000, max: 1_700_000 },
      },
      right: {
        kind: "negative",
        operand: {
          kind: "arithmetic",
          operator: "+",
          left: { kind: "input", name: "term", type: { kind: "number", scale: 0, min: 1, max: 60 } },
          right: constant(1),
          type: { kind: "number", scale: 0, min: 2, max: 61 },
        },
        type: { kind: "number", scale: 0, min: -61, max: -2 },
      },
    });
  });

  test("has a negative constant as a constant", () => {
    expect(conditionOf("balance in [-1.5, - 2]")).toMatchObject({ values: [-1_500_000, -2_000_000] });
    expect(conditionOf("balance > -(3)")).toMatchObject({ right: constant(-3) });
  });
});

// Each is clean.
test.each([
  "member",
  "!member && has(employed) && employed == true || !has(employed)",
  "is_fraud == false",
  "risk_level in ['High', 'Medium']",
  'risk_level != "Low"',
  "600 <= credit_score",
  "(((credit_score))) > 600",
  "loan_amount * 0.25 > income + 100",
  "loan_amount > 100.005",
  "balance + 0.000001 < 5",
  "has(purpose) && purpose == 'boat'",
  "channel == 'ümläut 😀'",
  "credit_score == 600.00",
  "!!member",
  "has(dti) && has(dti)",
])("`%s` is clean", (when) => {
  expect(problemsIn(when)).toEqual(["clean"]);
});

const compareFix = "compare values of one type; strings stand in quotes, numbers do not";
const boundsFix = "compare with a value within the bounds, or remove the comparison";

test.each([
  // Names.
  ["credt_score > 600", "1: `credt_score` is not known here; write `credit_score`"],
  [
    "member && xyzzy",
    "11: `xyzzy` is not known here; declare it under `inputs`, or name one of credit_score, loan_amount, device_id, applicant_age, applicant_region, score_model, consent_automated_decision, consent_analytics, dti, term, income, balance, …",
  ],
  ["has(dtii)", "5: `dtii` is not known here; write `dti`"],
  ["has(term)", "1: `term` always has a value; remove has(term)"],
  ["has(is_fraud)", "1: `is_fraud` always has a value; remove has(is_fraud)"],
  ["has(dti, term)", "1: has() takes one bare name; write has(dti)"],
  ["has('dti')", "1: has() takes one bare name; write has(dti)"],
  // What may be missing.
  ["dti > 40", "1: `dti` may be missing here; write has(dti) && before it, or give dti a default"],
  ["device_id == 'a'", "1: `device_id` may be missing here; write has(device_id) && before it"],
  ["employed", "1: `employed` may be missing here; write has(employed) && before it, or give employed a default"],
  // Types.
  ["credit_score == '600'", `1: a number is compared with a string; ${compareFix}`],
  [
    "channel == web",
    "12: `web` is not known here; declare it under `inputs`, or name one of credit_score, loan_amount, device_id, applicant_age, applicant_region, score_model, consent_automated_decision, consent_analytics, dti, term, income, balance, …",
  ],
  ["member == 1", `1: a boolean is compared with a number; ${compareFix}`],
  ["channel < 'web'", "1: a string has no order for `<`; write ==, != or in; number what has an order"],
  ["member >= false", "1: a boolean has no order for `>=`; write ==, != or in; number what has an order"],
  ["credit_score", "1: a number is no condition; compare it with a value"],
  ["channel", "1: a string is no condition; compare it with a value"],
  ["!credit_score", "2: a number is no condition; compare it with a value"],
  ["term + 1", "1: a number is no condition; compare it, such as a - b > 0"],
  ["-term", "1: a number is no condition; compare it, such as a - b > 0"],
  ["true", "1: a constant is no condition; name an input, or leave `when` out of the last clause"],
  ["channel + 1 == 'weba'", "1: a string is no number to compute with; compute with numbers only"],
  ["-member > 1", "2: a boolean is no number to compute with; compute with numbers only"],
  [
    "300 < credit_score < 600",
    "1: a test stands where a value is expected; join two tests by &&: a < b && b < c; of booleans write the name, or ! before it",
  ],
  [
    "(term > 3) == member",
    "2: a test stands where a value is expected; join two tests by &&: a < b && b < c; of booleans write the name, or ! before it",
  ],
  ["1 < 2", "1: two constants are compared; name an input on one side"],
  ["'a' == 'a'", "1: two constants are compared; name an input on one side"],
  // Lists.
  ["credit_score in []", "17: `in` takes a list of constants; write name in ['a', 'b']"],
  ["credit_score in term", "17: `in` takes a list of constants; write name in ['a', 'b']"],
  ["credit_score in [600, term]", "23: a list holds constants only; compare with the name itself: a == b"],
  ["credit_score in ['600']", "18: a string is listed for a number; list numbers"],
  ["credit_score in [600, 600.0]", "23: a value is listed twice; list each value once"],
  ["credit_score in [600, 299]", "23: 299 is never met: the values are 300 to 850; list values within the bounds"],
  ["credit_score in [600.5]", "18: 600.5 is never equal: the other side has 0 decimals; write at most 0 decimals"],
  ["member in [true]", "1: a boolean is no value for `in`; write the name, or ! before it"],
  ["3 in [3, 4]", "1: a constant stands before `in`; name an input there"],
  ["risk_level in ['Low', 'Medium', 'High']", "1: the list holds every value there is; remove the test, or a value"],
  // What never is, or always.
  ["credit_score > 900", `1: this is never true: credit_score is 300 to 850, the constant is 900; ${boundsFix}`],
  ["credit_score > 850", `1: this is never true: credit_score is 300 to 850, the constant is 850; ${boundsFix}`],
  ["credit_score <= 850", `1: this is never false: credit_score is 300 to 850, the constant is 850; ${boundsFix}`],
  ["300 > credit_score", `1: this is never true: the constant is 300, credit_score is 300 to 850; ${boundsFix}`],
  ["credit_score == 299", `1: this is never true: credit_score is 300 to 850, the constant is 299; ${boundsFix}`],
  ["credit_score != 851", `1: this is never false: credit_score is 300 to 850, the constant is 851; ${boundsFix}`],
  [
    "term * 2 < credit_score",
    `1: this is never false: the computation is 2 to 120, credit_score is 300 to 850; ${boundsFix}`,
  ],
  ["credit_score == 600.5", "1: 600.5 is never equal: the other side has 0 decimals; write at most 0 decimals"],
  ["600.5 != credit_score", "1: 600.5 is never equal: the other side has 0 decimals; write at most 0 decimals"],
  ["risk_level == 'high'", "1: 'high' is none of the values that it can have; write 'High'"],
  [
    "has(purpose) && purpose != 'plane'",
    "17: 'plane' is none of the values that it can have; write one of 'car', 'boat', 'house'",
  ],
  ["channel == ''", "1: no text is ever empty; write has(name) or !has(name)"],
] as [string, string][])("`%s` is told exactly", (when, problem) => {
  expect(problemsIn(when)).toEqual([problem]);
});

const inexact =
  "leave the whole numbers up to 2^53-1 (9007199254740991) that are exact, counted in the smallest decimals";
const narrow = "narrow `min` and `max` of the inputs, or use fewer decimals";

test.each([
  ["balance * 11 > 1", `1: the result of \`*\` can ${inexact}; ${narrow}`],
  ["loan_amount * loan_amount > 1", `1: the result of \`*\` can ${inexact}; ${narrow}`],
  ["balance + loan_amount > 1", `1: the result of \`+\` can ${inexact}; ${narrow}`],
  ["balance - -9000000000 > 1", `1: the result of \`-\` can ${inexact}; ${narrow}`],
  [
    "balance < loan_amount",
    `1: the two sides have different decimals and can ${inexact}, once they are brought to the same; ${narrow}`,
  ],
  ["term * 0.00000001 * 0.00000001 > 0", `1: the result of \`*\` can ${inexact}; ${narrow}`],
  ["credit_score > 9007199254740992", "16: 9007199254740992 has too many digits; write at most 15"],
] as [string, string][])("`%s` is refused, since it may not stay exact", (when, problem) => {
  expect(problemsIn(when)).toEqual([problem]);
});

test("a computation may use all of 2^53-1 and no more", () => {
  expect(problemsIn("balance * 10 + 7199254.740991 < 1")).toEqual(["clean"]);
  expect(problemsIn("balance * 10 + 7199254.740992 < 1")).toEqual([`1: the result of \`+\` can ${inexact}; ${narrow}`]);
});

test("every problem of an expression is told, each at its own place", () => {
  expect(problemsIn("dti > 40 || nope && credit_score > 900 || loan_amount / 3 > 5")).toEqual([
    "1: `dti` may be missing here; write has(dti) && before it, or give dti a default",
    expect.stringMatching(/^13: `nope` is not known here/),
    `21: this is never true: credit_score is 300 to 850, the constant is 900; ${boundsFix}`,
    "43: division is not part of the language: it does not come out even; multiply the other side: a > 4 * b instead of a / b > 4",
  ]);
});
