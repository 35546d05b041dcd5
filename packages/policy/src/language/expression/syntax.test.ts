import { describe, expect, test } from "vitest";
import { documentOf, problemsIn, problemsOf } from "../testing/documents.ts";
import { depthMax, expressionLengthMax, nodesMax } from "./syntax.ts";

const operandsFix = "see that each operator stands between two operands";

test.each([
  ["credit_score = 600", "14: `=` is not a comparison; write =="],
  ["credit_score => 600", "14: the comparison is written the wrong way round; write >= or <="],
  ["credit_score <> 600", "14: `<>` is not a comparison here; write !="],
  ["member & is_fraud", "8: `&` is not an operator; write &&"],
  ["member | is_fraud", "8: `|` is not an operator; write ||"],
  ["member and is_fraud", "8: `and` is not an operator here; write &&"],
  ["member OR is_fraud", "8: `or` is not an operator here; write ||"],
  ["not member", "5: `not` is not an operator here; write !"],
  ["channel is 'web'", "9: `is` is not an operator here; write == or has()"],
  ["member // why", "8: comments are not part of an expression; write the comment in the YAML"],
  [
    "loan_amount > 15,000",
    "17: a comma stands between the values of a list only; write numbers without separators: 15000",
  ],
  ["loan_amount > 15_000", "17: a number has no separators; write 15000"],
  ["credit_score >", "14: nothing stands behind `>`; write what it works on"],
  ["member &&", "8: nothing stands behind `&&`; write what it works on"],
  ["credit_score > > 600", `14: the expression cannot be read from \`> > 600\` on; ${operandsFix}`],
  ["5. < credit_score", `2: the expression cannot be read from \`. < credit_score\` on; ${operandsFix}`],
  ["é == 'x'", `1: the expression cannot be read from \`é == 'x'\` on; ${operandsFix}`],
  ["(member", "1: `(` is not closed; close it"],
  ["member && ((is_fraud)", "11: `(` is not closed; close it"],
  ["member)", "7: `)` closes nothing; remove it, or open it before"],
  ["channel == 'web", "12: the string does not end; close it with '"],
  [
    "channel == 'we\\nb'",
    "15: escapes are not part of the language; write the characters themselves, without a backslash",
  ],
] as [string, string][])("`%s` is told where the parser stops, in the author's words", (when, problem) => {
  expect(problemsIn(when)).toEqual([problem]);
});

test.each([
  [
    "member ? is_fraud : member",
    "1: the conditional `? :` is not part of the language; write two clauses, or test && a || !test && b",
  ],
  ["term % 2 == 0", "1: the remainder `%` is not part of the language; send it as an input of its own"],
  ["term[0] == 1", "1: indexing is not part of the language; name an attribute by its bare name"],
  ["applicant.age > 18", "10: `.age` is a field of a field; write bare names, such as applicant_age or dti"],
  ["has(attributes.dti)", "1: `.dti` is a field of a field; write bare names, such as applicant_age or dti"],
  ["[1, 2] == term", "1: a list stands to the right of `in` only; write name in [1, 2]"],
  ["{1: 2} == term", "1: maps and messages are not part of the language; compare inputs one by one"],
  [
    "[1].exists(x, x > 0)",
    "4: macros such as all() and exists() are not part of the language; write a feature or `in`",
  ],
  [
    "size(channel) > 1",
    "1: the function `size()` is not part of the language; write comparisons, &&, ||, !, in, has(), +, - and *",
  ],
  [
    "channel.matches('w')",
    "8: the function `matches()` is not part of the language; write comparisons, &&, ||, !, in, has(), +, - and *",
  ],
  [
    "constructor(1, 2)",
    "1: the function `constructor()` is not part of the language; write comparisons, &&, ||, !, in, has(), +, - and *",
  ],
  ["channel == null", "12: `null` is not a value here; write !has(name) for what is missing"],
  ["channel == b'web'", "12: bytes are not part of the language; write a string: 'text'"],
  ["channel == r'web'", "12: a string stands in one pair of quotes, without prefix; write 'text'"],
  ["channel == '''web'''", "12: a string stands in one pair of quotes, without prefix; write 'text'"],
  ["credit_score > 6e2", "16: a number is written with digits and a point only; write it out, such as 15000 or 0.25"],
  ["credit_score > 0x258", "16: a number is written with digits and a point only; write it out, such as 15000 or 0.25"],
  ["credit_score > 600u", "16: a number is written with digits and a point only; write it out, such as 15000 or 0.25"],
] as [string, string][])("`%s` is CEL and not of the subset, by its name", (when, problem) => {
  expect(problemsIn(when)).toContain(problem);
});

describe("an expression is bounded", () => {
  test("in length", () => {
    const quoted = (text: string) => documentOf("member").replace(/>-\n *member/, JSON.stringify(text));
    expect(problemsOf(quoted("credit_score > 600".padEnd(expressionLengthMax)))).toEqual(["clean"]);
    expect(problemsOf(quoted("credit_score > 600".padEnd(expressionLengthMax + 1)))).toEqual([
      "17:14 approval clause it: the expression is longer than 2000 characters; split it into several clauses",
    ]);
  });

  test.each(["(", "[", "{", "!(", "-(", "has(", "f(", "a[", "term + ("])("in the depth of `%s`", (opening) => {
    const close = (opening.includes("[") ? "]" : opening.includes("{") ? "}" : ")").repeat(depthMax + 1);
    const [problem] = problemsIn(`${opening.repeat(depthMax + 1)}member${close}`);
    expect(problem).toMatch(/nested deeper than 32; split it into several clauses$/);
  });

  test("in the depth of conditionals", () => {
    expect(problemsIn(`${"member ? member : ".repeat(depthMax + 1)}member`)[0]).toMatch(/nested deeper than 32/);
  });

  test("in the depth of a computation", () => {
    const sum = (terms: number) => `${Array(terms).fill("term").join(" + ")} > 100`;
    expect(problemsIn(sum(depthMax - 1))).toEqual(["clean"]);
    expect(problemsIn(sum(depthMax + 1))[0]).toMatch(/nested deeper than 32/);
  });

  test("in the number of its parts, told once", () => {
    const list = (length: number) => `term in [${Array.from({ length }, (_, index) => (index % 60) + 1).join(",")}]`;
    expect(problemsIn(list(nodesMax + 20))).toEqual([
      expect.stringMatching(/the expression has more than 500 parts; split it into several clauses$/),
    ]);
  });
});

test("an empty condition is told", () => {
  expect(problemsOf(documentOf("member").replace(/>-\n *member/, '" "'))).toEqual([
    '17:13 approval clause it: when is the text " "; write an expression such as credit_score >= 600',
  ]);
});
