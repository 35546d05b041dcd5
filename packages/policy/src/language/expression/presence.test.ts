import fc from "fast-check";
import { expect, test } from "vitest";
import type { Expr } from "../../ir.ts";
import { conditionOf, problemsIn } from "../testing/documents.ts";

const fix = (name: string) => `write has(${name}) && before it, or give ${name} a default`;

test.each([
  "has(dti) && dti > 40",
  "!has(dti) || dti > 40",
  "!(!has(dti) || dti > 40)",
  "!(has(dti) && dti > 40)",
  "member || (has(dti) && (term > 3 || dti > 40))",
  "has(dti) && has(employed) && employed && dti > 40",
  "(has(dti) && has(employed)) && (employed || dti > 40)",
  "!(has(dti) && has(employed)) || (employed && dti > 40)",
  "!(has(dti) && member) || term > 3 && dti > 40",
  "((has(dti) && member) || (has(dti) && term > 3)) && dti > 40",
  "!(!has(dti) && !member) && !member || (has(dti) && dti in [1, 2])",
  "!!has(dti) && dti * 2 > loan_amount",
])("`%s` names what is there", (when) => {
  expect(problemsIn(when)).toEqual(["clean"]);
});

test.each([
  ["dti > 40 && has(dti)", 1],
  ["has(dti) || dti > 40", 13],
  ["!has(dti) && dti > 40", 14],
  ["(has(dti) || member) && dti > 40", 25],
  ["(has(dti) && member) || dti > 40", 25],
  ["!(has(dti) && member) && dti > 40", 26],
  ["(has(dti) && member || has(employed)) && dti > 40", 42],
] as [string, number][])("`%s` names what may be missing", (when, column) => {
  expect(problemsIn(when)).toEqual([`${column}: \`dti\` may be missing here; ${fix("dti")}`]);
});

/** A condition over two optional inputs, in the language. */
const condition: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom("has(dti)", "has(employed)", "dti > 40", "employed", "member"),
    tie("any").map((operand) => `!(${operand})`),
    fc.tuple(tie("any"), fc.constantFrom("&&", "||"), tie("any")).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
  ),
})).any;

type Facts = { dti: boolean | undefined; employed: boolean | undefined; member: boolean };

/** Three-valued logic, as SQL's: undefined for unknown. */
function kleene(expr: Expr, facts: Facts): boolean | undefined {
  switch (expr.kind) {
    case "has":
      return facts[expr.name as "dti"] !== undefined;
    case "input":
      return facts[expr.name as "dti"];
    case "comparison":
      return facts.dti;
    case "not": {
      const operand = kleene(expr.operand, facts);
      return operand === undefined ? undefined : !operand;
    }
    case "and":
    case "or": {
      const decisive = expr.kind === "or";
      const outcomes = expr.operands.map((operand) => kleene(operand, facts));
      if (outcomes.includes(decisive)) return decisive;
      return outcomes.includes(undefined) ? undefined : !decisive;
    }
    default:
      throw new Error(expr.kind);
  }
}

test("a condition that checks clean is true or false for every application, missing inputs and all", {
  timeout: 60_000,
}, () => {
  let clean = 0;
  fc.assert(
    fc.property(condition, (when) => {
      if (problemsIn(when)[0] !== "clean") return;
      clean += 1;
      const expr = conditionOf(when);
      for (const dti of [true, false, undefined]) {
        for (const employed of [true, false, undefined]) {
          for (const member of [true, false]) expect(kleene(expr, { dti, employed, member })).toBeTypeOf("boolean");
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(clean).toBeGreaterThan(50);
});
