import { ApplicationWire } from "@scoreline/contracts";
import { describe, expect, test } from "vitest";
import { inputReader } from "../inputs.ts";
import { applicationFields } from "./fields.ts";
import { checkedOf, documentWith, marked, problemsOf } from "./testing/documents.ts";

/** A policy that declares one input and names it, so that the checked form holds it. */
function documentOf(declaration: string): string {
  return `policy: loans
inputs:
  x: ${declaration}
applications:
  features: { seen: { distinct: x, window: 1h } }
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`;
}

test.each([
  [
    "{ type: decimal, scale: 2, min: -0.5, max: 500, optional: true }",
    { type: { kind: "number", scale: 2, min: -50, max: 50_000 }, optional: true },
  ],
  [
    "{ type: integer, min: 0, max: 999999999999999, default: 999999999999999 }",
    {
      type: { kind: "number", scale: 0, min: 0, max: 999_999_999_999_999 },
      optional: false,
      default: 999_999_999_999_999,
    },
  ],
  [
    // No double is 123456789.123457 exactly.
    "{ type: decimal, scale: 6, min: 0.1, max: 123456789.123457, default: 0.100 }",
    { type: { kind: "number", scale: 6, min: 100_000, max: 123_456_789_123_457 }, optional: false, default: 100_000 },
  ],
  ["{ type: string, default: 'true' }", { type: { kind: "string" }, optional: false, default: "true" }],
  [
    "{ type: string, optional: true, values: [car, '12'] }",
    { type: { kind: "string" }, optional: true, values: ["car", "12"] },
  ],
])("`%s` is read from its digits", (declaration, input) => {
  expect(checkedOf(documentOf(declaration)).inputs).toEqual([{ name: "x", origin: "attribute", ...input }]);
});

test("a policy lists the inputs that something in it names, and no others", () => {
  const policy = checkedOf(`policy: loans
inputs:
  unused: { type: boolean, default: false }
  used: { type: boolean, default: true }
  cased: { type: boolean, optional: true }
applications:
  features: { devices: { distinct: device_id, window: 1h } }
  risk: [{ level: Low, when: used }, { level: High }]
  approval: [{ status: Approved, when: has(cased) }, { status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
`);
  expect(policy.inputs.map(({ name }) => name)).toEqual(["device_id", "used", "cased"]);
  expect(policy.transactions.inputs).toEqual([]);
});

const eitherFix = "write `optional: true` and guard it by has(), or give it a `default`";

test.each([
  ["§{ type: boolean }", `an application can lack any attribute; ${eitherFix}`],
  ["{ type: boolean, optional: §false }", `an application can lack any attribute; ${eitherFix}`],
  [
    "{ type: boolean, optional: §true, default: true }",
    "an input is either optional or has a default; remove `optional: true` or the default",
  ],
  ["{ type: §bool, optional: true }", 'type is the text "bool"; write `decimal`, `integer`, `string` or `boolean`'],
  ["{ type: §strng, optional: true }", 'type is the text "strng"; write `string`'],
  ["§{ optional: true }", "type is missing; write `decimal`, `integer`, `string` or `boolean`"],
  ["{ type: boolean, optional: true, §mni: 1 }", "`mni` is not a key here; write `min`"],
  [
    "§decimal",
    'this is the text "decimal"; write a map with `type`, `scale`, `min`, `max`, `optional`, `default` and `values`',
  ],
  [
    "§{ type: decimal, min: 0, max: 5, optional: true }",
    "a decimal needs its `scale`, the number of its decimals; add scale: 2",
  ],
  [
    "{ type: integer, scale: §0, min: 0, max: 5, optional: true }",
    "an integer has no `scale`; remove it, or write type: decimal",
  ],
  [
    "{ type: decimal, scale: §7, min: 0, max: 5, optional: true }",
    "scale is the number 7; write an integer from 0 to 6",
  ],
  [
    "{ type: decimal, scale: §1.5, min: 0, max: 5, optional: true }",
    "scale is the number 1.5; write an integer from 0 to 6",
  ],
  [
    "§{ type: integer, max: 5, optional: true }",
    "a number needs `min`; add the bounds beyond which a value counts as missing",
  ],
  [
    "§{ type: integer, optional: true }",
    "a number needs `min` and `max`; add the bounds beyond which a value counts as missing",
  ],
  ["{ type: integer, min: 5, max: §5, optional: true }", "`max` is 5 and `min` is 5; make `max` larger than `min`"],
  [
    "{ type: integer, min: §0.5, max: 5, optional: true }",
    "0.5 has more than 0 decimals; write fewer, or raise the scale",
  ],
  [
    "{ type: decimal, scale: 2, min: 0, max: §10000000000000, optional: true }",
    "10000000000000 has more than 15 digits with its 2 decimals; come nearer to 0, or lower the scale",
  ],
  [
    "{ type: integer, min: 0, max: §1e3, optional: true }",
    'max is the text "1e3"; write a decimal such as 10 or 10.25',
  ],
  [
    "{ type: integer, min: 0, max: §0x10, optional: true }",
    'max is the text "0x10"; write a decimal such as 10 or 10.25',
  ],
  [
    "{ type: integer, min: 0, max: §007, optional: true }",
    'max is the text "007"; write a decimal such as 10 or 10.25',
  ],
  ["{ type: integer, min: 0, max: §'7', optional: true }", 'max is the text "7"; write a decimal such as 10 or 10.25'],
  [
    "{ type: integer, min: 0, max: 5, default: §6 }",
    "the default 6 is not within 0 to 5; take a value within the bounds",
  ],
  ["{ type: integer, min: 0, max: 5, default: §'3' }", "the default is not a number; write a number"],
  ["{ type: boolean, default: §yes }", "the default is not a boolean; write true or false"],
  ["{ type: string, default: §3 }", "the default is not a string; write a string in quotes"],
  [
    "{ type: string, default: §'' }",
    "the default is no text of 1 to 256 characters; write one that an application could hold",
  ],
  [
    "{ type: string, default: §z, values: [a, b] }",
    'the default "z" is not among `values`; add it there, or take one of them',
  ],
  ["{ type: string, values: §[a, a], optional: true }", "a value is listed twice; list each value once"],
  ["{ type: string, values: §[], optional: true }", "values is empty; list a value, or leave the key out"],
  [
    "{ type: string, values: [a, §12], optional: true }",
    "values[1] is the number 12; write a text, in quotes where it looks like a number",
  ],
  ["{ type: string, min: §1, optional: true }", "`min` goes with numbers; remove it"],
])("`%s` is told at its mark", (declaration, problem) => {
  const { yaml, place } = marked(documentOf(declaration));
  expect(problemsOf(yaml)).toEqual([`${place} input x: ${problem}`]);
});

describe("a name", () => {
  const flag = "{ type: boolean, optional: true }";

  test.each([
    ["Dti", "`Dti` is no name; write a lower_snake_case name of at most 63 characters"],
    ["a-b", "`a-b` is no name; write a lower_snake_case name of at most 63 characters"],
    ["x".repeat(64), `\`${"x".repeat(64)}\` is no name; write a lower_snake_case name of at most 63 characters`],
    ["__proto__", "`__proto__` is no name; write a lower_snake_case name of at most 63 characters"],
    ...["credit_score", "applicant_gender", "amount", "is_fraud", "user_id", "in", "true", "has", "constructor"].map(
      (name) => [name, `\`${name}\` is a name of the contract or the language already; give it a name of its own`],
    ),
  ])("%s is refused", (name, problem) => {
    expect(problemsOf(documentWith(`inputs:\n  ${name}: ${flag}`))).toEqual([`3:3 input ${name}: ${problem}`]);
  });

  test("stands for one thing only, wherever it is declared", () => {
    const yaml = `policy: loans
inputs: { x: ${flag} }
scorecard: { id: x, base: 0, characteristics: [{ input: credit_score, bins: [{ other: true, points: 1 }] }] }
applications:
  features: { x: { count: true, window: 1h }, y: { count: true, window: 1h } }
  risk: [{ level: Low }]
  approval: [{ status: Under Review, reason: MANUAL_REVIEW_REQUIRED }]
transactions:
  features: { y: { count: true, window: 1h } }
`;
    expect(problemsOf(yaml)).toEqual([
      "2:11 input x: `x` is declared before; give it a name of its own",
      "5:15 feature x: `x` is declared before; give it a name of its own",
      "9:15 transaction feature y: `y` is declared before; give it a name of its own",
    ]);
  });
});

test("at most 64 inputs are declared", () => {
  const declarations = (count: number) =>
    documentWith(
      `inputs:\n${Array.from({ length: count }, (_, index) => `  x${index}: { type: boolean, default: true }`).join("\n")}`,
    );
  expect(problemsOf(declarations(64))).toEqual(["clean"]);
  expect(problemsOf(declarations(66))).toEqual(["67:3 inputs: inputs has more than 64 entries; remove some"]);
});

test("what is not a map of inputs is told", () => {
  expect(problemsOf(documentWith("inputs: [dti]"))).toEqual([
    "2:9 inputs: inputs is not a map; write inputs as names with what they mean, or leave it out",
  ]);
  expect(problemsOf(documentWith("inputs:"))).toEqual([
    "2:8 inputs: inputs is not a map; write inputs as names with what they mean, or leave it out",
  ]);
});

test("every field that a policy may read has a reader and the contract's bounds", () => {
  for (const field of applicationFields) expect(() => inputReader(field)).not.toThrow();
  const types = new Map(applicationFields.map(({ name, type }) => [name, type]));
  const bounds = (name: string) => {
    const type = types.get(name);
    if (type?.kind !== "number") throw new Error(`${name} is a number`);
    return [type.min, type.max] as const;
  };
  const { credit_score, loan_amount, applicant } = ApplicationWire.shape;
  const [least, most] = bounds("credit_score");
  expect([least - 1, least, most, most + 1].map((value) => credit_score.safeParse(value).success)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const [cents, all] = bounds("loan_amount");
  expect([cents - 1, cents, all, all + 1].map((value) => loan_amount.safeParse(value / 100).success)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const [young, old] = bounds("applicant_age");
  expect([young - 1, young, old, old + 1].map((age) => applicant.safeParse({ age }).success)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
